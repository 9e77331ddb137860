// Comparison: cases run in each precision of ours and each setting of the peer's, taken in turn, as
// a table with the fraction of the machine's limit and the ratio to the peer in every row.
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
  // A row for what takes these times together; and how convolutions ran, for each precision.
  void add_row(const std::string& name, double flops, const std::vector<Seconds>& seconds,
               const std::vector<std::string>& convolutions = {});

  // Adds to the facts the most memory that this process has held since its limits were measured,
  // and what the peer needs for the hungriest of these works in float32, alone in a process of its
  // own, in the better of its two layouts.
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
