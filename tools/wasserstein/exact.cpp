#include "tools/wasserstein/exact.h"

#include <fstream>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/check.h"
#include "gan/console/printable.h"
#include "gan/console/progress.h"
#include "gan/metrics/transport.h"

namespace wasserstein {
namespace {

using engine::check;

constexpr double kMiB = 1 << 20;

// Bytes that programs may still take; infinity where the system does not tell.
double available_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string word; file >> word;)
    if (word == "MemAvailable:") {
      double kilobytes = 0;
      if (file >> kilobytes) return kilobytes * 1024;
    }
  return INFINITY;
}

// By the network simplex, with what it takes on stderr.
double transported(const engine::Tensor& a, const engine::Tensor& b) {
  const Index n = a.dim(0);
  check(n <= gan::metrics::kMostTransported, "exact: ", n, " points a set; the most is ",
        gan::metrics::kMostTransported, ": choose fewer with --count");
  const double needed = gan::metrics::transport_memory(n, a.dim(1));
  check(needed <= available_memory(), "exact: ", n, " points a set take ",
        std::llround(needed / kMiB), " MiB, and ", std::llround(available_memory() / kMiB),
        " MiB of memory are free: choose fewer with --count");
  std::ostringstream told;
  told << "exact: " << n << " x " << n << " distances in " << a.dim(1) << " dimensions, "
       << std::llround(needed / kMiB) << " MiB";
  gan::console::note(told.str());
  gan::console::Progress progress(0, n, "row");
  progress.note("then the network simplex");
  return gan::metrics::exact_distance(a, b, [&](Index done) { progress.step(done); });
}

}  // namespace

std::string exact(const ExactOptions& options) {
  const gan::console::Clock clock;
  const auto is_run = [](const std::string& spec) { return spec.starts_with("run:"); };
  PointOptions points = options.points;
  // As many samples of a run as the other set has.
  const bool b_first = is_run(options.a) && !is_run(options.b);
  PointSet first = open_points(b_first ? options.b : options.a, points);
  if (is_run(b_first ? options.a : options.b)) points.count = first.points.dim(0);
  PointSet second = open_points(b_first ? options.a : options.b, points);
  if (b_first) std::swap(first, second);
  const engine::Tensor &a = first.points, &b = second.points;
  check(a.dim(1) == b.dim(1), first.spec, " holds ", first.contents, " of ", a.dim(1),
        " dimensions, ", second.spec, " ", second.contents, " of ", b.dim(1),
        ": the same are needed (images: --resize)");
  check(a.dim(0) == b.dim(0), first.spec, " has ", a.dim(0), " points, ", second.spec, " ",
        b.dim(0), ": as many are needed; choose with --count");
  const bool line = a.dim(1) == 1;
  const double w1 = line ? gan::metrics::exact_distance_on_line(a, b) : transported(a, b);
  const char* method = line ? "sorted on a line" : "network simplex";
  if (options.json) {
    nlohmann::ordered_json json = {{"w1", w1},
                                   {"points", a.dim(0)},
                                   {"dimension", a.dim(1)},
                                   {"method", method},
                                   {"seconds", clock.seconds()}};
    for (const auto& [key, set] : {std::pair{"a", &first}, std::pair{"b", &second}})
      json[key] = {{"spec", set->spec}, {"contents", set->contents}, {"selection", set->selection}};
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
  std::ostringstream out;
  for (const PointSet* set : {&first, &second})
    out << (set == &first ? "A   " : "B   ") << gan::console::printable(set->spec) << ": "
        << set->contents << ", " << set->selection << '\n';
  out << "W1  " << std::setprecision(10) << w1 << " between " << a.dim(0) << " points each in "
      << a.dim(1) << " dimensions (" << method << ", " << std::setprecision(3) << clock.seconds()
      << " s)\n";
  return out.str();
}

}  // namespace wasserstein
