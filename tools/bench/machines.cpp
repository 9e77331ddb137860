// What to expect of N machines that share each batch: computed from measured steps and counted
// messages, not measured on a network.
//
// The work of one machine of N is measured here, on one thread, by a process that plays rank 0 of N:
// it does its share of the batch and what is not divided (constraints, optimizers, packing the
// gradients), and its messages are counted instead of sent. A sum of b bytes over N machines takes
//   2 ceil(log2 N) latency + 2 (N - 1) / N b / bandwidth
// and nothing runs meanwhile, as in engine/collective_mpi.cpp. Source: Thakur, Rabenseifner and
// Gropp, "Optimization of collective communication operations in MPICH" (2005), Rabenseifner's
// algorithm. Assumptions: no other traffic, and machines as fast as this one or --faster times that.
#include <cmath>
#include <ctime>
#include <limits>
#include <sstream>

#include "engine/collective.h"
#include "engine/engine.h"
#include "engine/threads.h"
#include "gan/training/open_data.h"
#include "gan/training/trainer.h"
#include "tools/bench/benchmarks.h"
#include "tools/bench/timed_settings.h"

namespace bench {
namespace {

struct Network {
  const char* name;
  double latency, bandwidth;  // seconds, bytes per second
};
constexpr Network kNetworks[] = {{"1 Gbit/s", 50e-6, 1e9 / 8},      // Ethernet and TCP
                                 {"10 Gbit/s", 20e-6, 10e9 / 8},    // the same
                                 {"100 Gbit/s", 2e-6, 100e9 / 8}};  // RDMA
constexpr int kMost = 32;                                           // machines
constexpr double kWorthIt = 1.5;  // times as fast, with twice as many machines

struct Traffic {
  double messages = 0, bytes = 0;
};

// Rank 0 of several processes that are not there.
class Pretended : public engine::Collective {
 public:
  Pretended(int size, Traffic& traffic) : size_(size), traffic_(traffic) {}
  int rank() const override { return 0; }
  int size() const override { return size_; }
  void sum(std::span<float> x) override { count(x.size_bytes()); }
  void sum(std::span<double> x) override { count(x.size_bytes()); }
  void broadcast(std::span<char> bytes) override { count(bytes.size()); }
  void barrier() override {}
  [[noreturn]] void abort(int status) override { std::exit(status); }

 private:
  void count(std::size_t bytes) {
    ++traffic_.messages;
    traffic_.bytes += static_cast<double>(bytes);
  }
  int size_;
  Traffic& traffic_;
};

double processor_seconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// One iteration of one of so many machines.
struct Share {
  int machines = 1;
  double seconds = 0;
  Traffic traffic = {};

  double on(const Network& network) const {
    const double steps = 2 * std::ceil(std::log2(machines));
    const double parts = 2.0 * (machines - 1) / machines;
    return seconds + traffic.messages * steps * network.latency +
           parts * traffic.bytes / network.bandwidth;
  }
};

Share measure(const gan::training::Config& config, const datasets::Dataset& data, int machines,
              const Options& options) {
  Share share{.machines = machines, .seconds = std::numeric_limits<double>::infinity()};
  engine::join_processes(std::make_unique<Pretended>(machines, share.traffic));
  {
    gan::training::Trainer trainer(config, data);
    trainer.step();
    for (int round = 0; round < options.rounds; ++round) {
      share.traffic = {};
      const double before = processor_seconds();
      trainer.step();
      share.seconds = std::min(share.seconds, processor_seconds() - before);
    }
  }
  engine::leave_processes();
  share.seconds /= options.faster;
  return share;
}

// How many machines are worth it on each network, and what stops more of them.
std::string verdict(const std::vector<Share>& shares) {
  std::ostringstream text;
  for (const Network& network : kNetworks) {
    std::size_t last = 0;
    while (last + 1 < shares.size() &&
           shares[last].on(network) >= kWorthIt * shares[last + 1].on(network))
      ++last;
    text << (text.tellp() > 0 ? "; " : "") << network.name << ": " << shares[last].machines;
    if (last + 1 == shares.size()) {
      text << " or more";
      continue;
    }
    const Share& next = shares[last + 1];
    const double sent = next.on(network) - next.seconds;
    const double undivided = next.seconds - shares[0].seconds / next.machines;
    text << ", then " << (sent > undivided ? "messages" : "undivided work");
  }
  return text.str();
}

}  // namespace

Report machines(const Options& options) {
  engine::check(options.device == "cpu", "--device ", options.device,
                ": machines are computed from one thread of the CPU; omit it");
  std::ostringstream title;
  title << "COMPUTED: times as fast as one machine, if N machines share each batch; machines "
        << options.faster << " times as fast as one thread of this one";
  Report report{.title = title.str(), .columns = {"batch", "s / iteration", "messages", "MB"}};
  for (const Network& network : kNetworks) report.columns.emplace_back(network.name);
  engine::set_threads(1);
  for (const gan::training::Preset& preset : gan::training::presets()) {
    if (!options.only.empty() && std::ranges::find(options.only, preset.name) == options.only.end())
      continue;
    const gan::training::Config config = timed_settings(preset);
    engine::set_precision(engine::precision_named(config.precision));
    const auto data = open_data(config, config.data);
    std::vector<Share> shares;
    for (int n = 1; n <= kMost && config.batch % n == 0 && config.g_batch % n == 0; n *= 2) {
      const Share share = measure(config, *data, n, options);
      shares.push_back(share);
      std::vector<double> figures = {static_cast<double>(config.batch), share.seconds,
                                     share.traffic.messages, share.traffic.bytes / 1e6};
      for (const Network& network : kNetworks)
        figures.push_back(shares[0].seconds / share.on(network));
      report.rows.push_back({std::string(preset.name) + ", N = " + std::to_string(n), figures});
    }
    report.facts[std::string("machines that pay, ") + preset.name] = verdict(shares);
  }
  return report;
}

}  // namespace bench
