#include "tools/bench/comparison.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <memory>

#include "engine/algorithm.h"
#include "engine/cpu/isa.h"
#include "engine/cpu/kernels/kernels.h"
#include "engine/device.h"
#include "tools/bench/memory.h"

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

bool multiplies_bf16() { return engine::cpu::has_avx512_bf16() || engine::cpu::has_amx_bf16(); }

// What the peer takes for a case in a setting.
nlohmann::json request(const nlohmann::json& work, const Setting& setting) {
  nlohmann::json wanted = work;
  if (wanted.value("layouts", true)) wanted["channels_last"] = setting.channels_last;
  wanted.erase("layouts");
  wanted["autocast"] = setting.bf16;
  return wanted;
}

}  // namespace

Comparison::Comparison(const Options& options, const std::string& what) : options_(options) {
  if (options.peer == "pytorch")
    peer_ = std::make_unique<Peer>(options.python, omp_get_max_threads());
  report_ = {what,
             {"ms", "GFLOP/s", "% of limit", "peer ms", "ratio", "peer bf16 ms", "ratio bf16"},
             {},
             {}};
  nlohmann::ordered_json& facts = report_.facts;
  facts["device"] = options.device;
  if (options.device == "cpu") {
    limits_ = measure_limits();
    facts["instructions"] = engine::cpu::name(engine::cpu::isa());
    facts["convolutions"] =
        engine::algorithm_names()[static_cast<std::size_t>(engine::algorithm())];
    facts["threads"] = omp_get_max_threads();
    facts["float32 limit, GFLOP/s"] = limits_.exact;
    if (limits_.bf16 > 0) facts["bf16 limit, GFLOP/s"] = limits_.bf16;
    facts["memory limit, GB/s"] = limits_.memory;
  }
  facts["rounds, of which medians"] = options.rounds;
  if (peer_)
    facts["peer"] = "PyTorch " + peer_->version() +
                    ", eager, the better of its two layouts of images; bf16 " +
                    (multiplies_bf16() ? "is autocast, for single convolutions and products of "
                                         "numbers that are bf16 already"
                                       : "is left out: this machine has no instructions for it");
  forget_peak_memory();
}

std::vector<Comparison::Seconds> Comparison::add(const Case& c) {
  std::cerr << "bench: " << c.name << "\n";
  std::vector<Timed> timed;
  for (const std::string& precision : options_.precisions)
    timed.push_back([&c, precision] {
      engine::set_precision(engine::precision_named(precision));
      return seconds_of(c.work);
    });
  std::vector<Setting> settings;
  if (peer_ && !c.peer.is_null())
    for (const Setting& s : kSettings) {
      if (s.channels_last && !c.peer.value("layouts", true)) continue;
      if (s.bf16 && !multiplies_bf16()) continue;  // emulated, at a fraction of float32's speed
      peer_->prepare(label(s), request(c.peer, s));
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
  const engine::cpu::Bf16Kernel* kernel = engine::cpu::bf16_kernel(engine::cpu::isa());
  const bool three = kernel != nullptr && kernel->fast_three;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const Seconds& s = seconds[i];
    const double rate = flops / s.ours / 1e9;
    // The limit of the numbers that are multiplied: bf16 only where the machine multiplies them,
    // and a third of it where three such products make one.
    double limit = limits_.exact;
    if (limits_.bf16 > 0 && options_.precisions[i] == "medium") limit = limits_.bf16;
    if (limits_.bf16 > 0 && options_.precisions[i] == "high" && three) limit = limits_.bf16 / 3;
    report_.rows.push_back(
        {name + ", " + options_.precisions[i],
         {s.ours * 1e3, or_empty(rate), limit > 0 ? or_empty(100 * rate / limit) : std::nan(""),
          or_empty(s.peer * 1e3), or_empty(s.peer / s.ours), or_empty(s.peer_bf16 * 1e3),
          or_empty(s.peer_bf16 / s.ours)}});
  }
}

void Comparison::add_memory(const std::vector<nlohmann::json>& works) {
  if (options_.device == "cpu") report_.facts["peak memory, MiB"] = peak_memory();
  if (!peer_ || works.front().is_null()) return;
  Peer::Memory best{std::numeric_limits<double>::infinity(), 0};
  for (const bool channels_last : {false, true}) {
    Peer::Memory most{0, 0};
    for (const nlohmann::json& work : works) {
      std::cerr << "bench: memory of the peer\n";
      Peer alone(options_.python, omp_get_max_threads());
      alone.prepare("memory", request(work, {.bf16 = false, .channels_last = channels_last}));
      alone.seconds("memory");
      const Peer::Memory one = alone.memory();
      if (one.peak > most.peak) most = one;
    }
    if (most.peak < best.peak) best = most;
  }
  report_.facts["peer's peak memory, MiB"] = best.peak;
  report_.facts["of which PyTorch itself, MiB"] = best.loaded;
}

}  // namespace bench
