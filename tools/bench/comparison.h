// Comparison: cases run in each precision of ours and each setting of the peer's, taken in turn, as
// a table with the fraction of the machine's limit and the ratio to the peer in every row.
#pragma once

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

  // Measures one case and adds its rows. Returns our seconds and the peer's best in float32 and in
  // bf16 (0 where it was not run), for each precision asked for.
  struct Seconds {
    double ours, peer, peer_bf16;
  };
  std::vector<Seconds> add(const Case& c);
  // A row for what takes these times together.
  void add_row(const std::string& name, double flops, const std::vector<Seconds>& seconds);

  // Adds to the facts the most memory that this process has held since its limits were measured,
  // and what the peer needs for the hungriest of these works in float32, alone in a process of its
  // own, in the better of its two layouts.
  void add_memory(const std::vector<nlohmann::json>& works);

  Report report() const { return report_; }

 private:
  const Options& options_;
  Limits limits_;
  std::unique_ptr<Peer> peer_;
  Report report_;
};

}  // namespace bench
