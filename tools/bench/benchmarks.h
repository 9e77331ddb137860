// The benchmarks, one file each.
#pragma once

#include "engine/real.h"
#include "tools/bench/report.h"

namespace bench {

// The peers of --peer. A compiled one also runs eagerly.
constexpr const char *kPeer = "pytorch", *kCompiledPeer = "pytorch-compiled";

struct Options {
  engine::Index batch = 64, image = 32;
  int rounds = 5;
  std::vector<std::string> precisions = {"highest", "high", "medium"};
  std::string device = "cpu";
  std::string model = "sn-cnn";
  std::string graph;  // a file; empty: Inception-v3's shape with random weights
  std::string peer, python = "python3";
  std::vector<std::string> only;  // names of constraints or presets; empty: all
  std::vector<int> ranks;         // numbers of processes
  std::string preset = "sn-cnn", mpirun = "mpirun";
  std::vector<std::string> settings;  // of the preset, as key=value
  double faster = 1;                  // each machine, than one thread of this one
};

// The cost that each weight constraint adds to a discriminator update of sn-cnn: evaluating the
// constraint of every layer once, with its gradient, relative to the whole update without one.
Report constraints(const Options& options);

// An update of the discriminator and one of the generator of a model.
Report step(const Options& options);

Report conv(const Options& options);
Report scaling(const Options& options);
// An iteration of a preset in so many processes that share its batch.
Report ranks(const Options& options);
// What to expect of N machines on three networks, computed.
Report machines(const Options& options);
Report matmul(const Options& options);

// Inception-v3 on a batch of images of 299 x 299.
Report inception(const Options& options);

// Launches, bytes and FLOP of an iteration of a preset with these settings on CUDA, by kernel. This
// process becomes the program that counts them. Errors: it is not built; a setting is wrong.
[[noreturn]] void count(const Options& options, bool json);

}  // namespace bench
