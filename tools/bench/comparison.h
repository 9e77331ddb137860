// Comparison: runs cases in each of our precisions and each of the peer's settings, interleaved;
// the table has the fraction of the machine's peak and the ratio to the peer in every row.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "tools/bench/benchmarks.h"
#include "tools/bench/limits.h"
#include "tools/bench/peer.h"
#include "tools/bench/timing.h"

namespace bench {

struct Case {
  std::string name;
  double flops = 0;  // 0: not known
  Work work;
  nlohmann::json peer;  // what peer_pytorch.py takes, without the setting; null: no such case
};

class Comparison {
 public:
  Comparison(const Options& options, const std::string& what);

  // The peer's numbers, eager and compiled.
  enum Kind { fp32, bf16, compiled_fp32, compiled_bf16, kKinds };
  // Our seconds, and the peer's of each kind in the better of its layouts; 0 where it was not run.
  struct Seconds {
    double ours = 0;
    std::array<double, kKinds> peer{};
    Seconds plus(double times, const Seconds& other) const;
  };
  // Measures one case and adds its rows. Returns its seconds for each precision asked for.
  std::vector<Seconds> add(const Case& c);
  // A row for the sum of these times; and how convolutions ran, for each precision.
  void add_row(const std::string& name, double flops, const std::vector<Seconds>& seconds,
               const std::vector<std::string>& convolutions = {});

  // Adds to the facts this process's peak memory since the machine's peaks were measured, and the
  // peer's for the largest of these cases in float32, alone in a separate process, in the better of
  // its two layouts.
  void add_memory(const std::vector<nlohmann::json>& works);

  Report report() const { return report_; }

 private:
  const Options& options_;
  Limits limits_;
  std::unique_ptr<Peer> peer_;
  bool compiled_ = false;  // whether the peer compiles too
  Report report_;
};

}  // namespace bench
