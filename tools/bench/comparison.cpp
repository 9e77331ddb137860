#include "tools/bench/comparison.h"

#include <omp.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>

#include "engine/cpu/isa.h"
#include "engine/device.h"

namespace bench {
namespace {

// float32 and bf16 autocast, each with images as [N, C, H, W] and as [N, H, W, C].
struct Setting {
  bool bf16, channels_last;
};
constexpr Setting kSettings[] = {{false, false}, {false, true}, {true, false}, {true, true}};

std::string label(const Setting& s) {
  return std::string(s.bf16 ? "bf16" : "fp32") + (s.channels_last ? " last" : "");
}

}  // namespace

Comparison::Comparison(const Options& options, const std::string& what)
    : options_(options), limits_(options.device == "cpu" ? measure_limits() : Limits{}) {
  if (options.peer == "pytorch")
    peer_ = std::make_unique<Peer>(options.python, omp_get_max_threads());
  std::ostringstream title;
  title.precision(4);
  title << what << "\n";
  if (options.device == "cpu") {
    title << engine::cpu::name(engine::cpu::isa()) << ", " << omp_get_max_threads()
          << " threads, medians of " << options.rounds
          << " rounds. Limits measured in this run: " << limits_.exact << " GFLOP/s in float32, ";
    if (limits_.bf16 > 0) title << limits_.bf16 << " in bf16, ";
    title << limits_.memory << " GB/s of memory.";
  } else {
    title << options.device << ", medians of " << options.rounds << " rounds";
  }
  if (peer_)
    title << "\nPeer: PyTorch " << peer_->version()
          << ", the better of its two layouts of images, in float32 and in bf16 (autocast)";
  report_ = {title.str(),
             {"ms", "GFLOP/s", "% of limit", "peer ms", "ratio", "peer bf16 ms", "ratio bf16"},
             {}};
}

std::vector<Comparison::Seconds> Comparison::add(const Case& c) {
  std::vector<Timed> timed;
  for (const std::string& precision : options_.precisions)
    timed.push_back([&c, precision] {
      engine::set_precision(engine::precision_named(precision));
      return seconds_of(c.work);
    });
  std::vector<Setting> settings;
  if (peer_ && !c.peer.is_null())
    for (const Setting& s : kSettings) {
      nlohmann::json work = c.peer;
      const bool layouts = work.value("layouts", true);
      work.erase("layouts");
      if (s.channels_last && !layouts) continue;
      work["autocast"] = s.bf16;
      if (layouts) work["channels_last"] = s.channels_last;
      peer_->prepare(label(s), work);
      settings.push_back(s);
      timed.push_back([this, s] { return peer_->seconds(label(s)); });
    }
  const std::vector<double> medians = median_of(timed, options_.rounds);
  const std::size_t ours = options_.precisions.size();
  double peer[2] = {0, 0};
  for (std::size_t i = 0; i < settings.size(); ++i) {
    double& best = peer[settings[i].bf16 ? 1 : 0];
    best = best == 0 ? medians[ours + i] : std::min(best, medians[ours + i]);
    peer_->forget(label(settings[i]));
  }
  std::vector<Seconds> seconds;
  for (std::size_t i = 0; i < ours; ++i) seconds.push_back({medians[i], peer[0], peer[1]});
  add_row(c.name, c.flops, seconds);
  return seconds;
}

void Comparison::add_row(const std::string& name, double flops,
                         const std::vector<Seconds>& seconds) {
  const auto or_empty = [](double x) { return x > 0 ? x : std::nan(""); };
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const Seconds& s = seconds[i];
    const double rate = flops / s.ours / 1e9;
    // The limit of the numbers that are multiplied: bf16 only where the machine multiplies them.
    const bool medium = options_.precisions[i] == "medium" && limits_.bf16 > 0;
    const double limit = medium ? limits_.bf16 : limits_.exact;
    report_.rows.push_back(
        {name + ", " + options_.precisions[i],
         {s.ours * 1e3, rate, limit > 0 ? 100 * rate / limit : std::nan(""), or_empty(s.peer * 1e3),
          or_empty(s.peer / s.ours), or_empty(s.peer_bf16 * 1e3), or_empty(s.peer_bf16 / s.ours)}});
  }
}

std::string Comparison::memory() const {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::ostringstream line;
  line.precision(0);
  line << std::fixed << "peak memory: " << static_cast<double>(usage.ru_maxrss) / 1024
       << " MiB in this process";
  if (peer_) {
    const Peer::Memory peer = peer_->memory();
    line << "; " << peer.peak << " MiB in the peer's, of which " << peer.loaded
         << " once PyTorch was loaded";
  }
  return line.str();
}

}  // namespace bench
