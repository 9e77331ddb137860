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
#include "gan/console/peak_memory.h"

namespace bench {
namespace {

// A kind of numbers, with images as [N, C, H, W] or as [N, H, W, C].
struct Setting {
  Comparison::Kind kind;
  bool channels_last;
  bool bf16() const { return kind == Comparison::bf16 || kind == Comparison::compiled_bf16; }
  bool compiled() const {
    return kind == Comparison::compiled_fp32 || kind == Comparison::compiled_bf16;
  }
};
constexpr struct {
  Comparison::Kind kind;
  const char *milliseconds, *ratio;
} kKindColumns[] = {
    {Comparison::fp32, "peer ms", "ratio"},
    {Comparison::bf16, "peer bf16 ms", "ratio bf16"},
    {Comparison::compiled_fp32, "compiled ms", "ratio compiled"},
    {Comparison::compiled_bf16, "comp. bf16 ms", "ratio c. bf16"},
};

std::string label(const Setting& s) {
  return std::string(s.compiled() ? "compiled " : "") + (s.bf16() ? "bf16" : "fp32") +
         (s.channels_last ? " last" : "");
}

bool multiplies_bf16() { return engine::cpu::has_avx512_bf16() || engine::cpu::has_amx_bf16(); }

// The peer's description of a case in a setting.
nlohmann::json request(const nlohmann::json& work, const Setting& setting) {
  nlohmann::json wanted = work;
  if (wanted.value("layouts", true)) wanted["channels_last"] = setting.channels_last;
  wanted.erase("layouts");
  wanted["autocast"] = setting.bf16();
  if (setting.compiled()) wanted["compiled"] = true;
  return wanted;
}

}  // namespace

Comparison::Comparison(const Options& options, const std::string& what) : options_(options) {
  compiled_ = options.peer == kCompiledPeer;
  if (!options.peer.empty()) peer_ = std::make_unique<Peer>(options.python, omp_get_max_threads());
  report_ = {what, {"ms", "GFLOP/s", "% of limit"}, {}, {}};
  for (const auto& columns : kKindColumns)
    if (compiled_ || columns.kind < compiled_fp32)
      report_.columns.insert(report_.columns.end(), {columns.milliseconds, columns.ratio});
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
    facts["peer"] =
        "PyTorch " + peer_->version() + (compiled_ ? ", eager and compiled" : ", eager") +
        ", in its faster image layout; bf16 " +
        (multiplies_bf16()
             ? "is autocast; for single convolutions and products, inputs are already bf16"
             : "is left out: this machine has no bf16 instructions");
  gan::console::forget_peak_memory();
}

Comparison::Seconds Comparison::Seconds::plus(double times, const Seconds& other) const {
  Seconds sum = *this;
  sum.ours += times * other.ours;
  for (int kind = 0; kind < kKinds; ++kind) sum.peer[kind] += times * other.peer[kind];
  return sum;
}

std::vector<Comparison::Seconds> Comparison::add(const Case& c) {
  std::cerr << "bench: " << c.name << "\n";
  const std::size_t ours = options_.precisions.size();
  std::vector<std::string> convolutions(ours);
  std::vector<Timed> timed;
  for (std::size_t i = 0; i < ours; ++i)
    timed.push_back([&, i] {
      engine::set_precision(engine::precision_named(options_.precisions[i]));
      engine::algorithms_run();
      const double seconds = seconds_of(c.work);
      convolutions[i] = engine::algorithms_run();
      return seconds;
    });
  std::vector<Setting> settings;
  if (peer_ && !c.peer.is_null())
    for (const auto& columns : kKindColumns)
      for (const bool channels_last : {false, true}) {
        const Setting s{columns.kind, channels_last};
        if (s.compiled() && !compiled_) continue;
        if (s.channels_last && !c.peer.value("layouts", true)) continue;
        if (s.bf16() && !multiplies_bf16()) continue;  // emulated, at a fraction of float32's speed
        peer_->prepare(label(s), request(c.peer, s));
        settings.push_back(s);
        timed.push_back([this, s] { return peer_->seconds(label(s)); });
      }
  const std::vector<double> medians = median_of(timed, options_.rounds);
  std::array<double, kKinds> peer{};
  for (std::size_t i = 0; i < settings.size(); ++i) {
    double& best = peer[settings[i].kind];
    best = best == 0 ? medians[ours + i] : std::min(best, medians[ours + i]);
    peer_->forget(label(settings[i]));
  }
  std::vector<Seconds> seconds;
  for (std::size_t i = 0; i < ours; ++i) seconds.push_back({medians[i], peer});
  add_row(c.name, c.flops, seconds, convolutions);
  return seconds;
}

void Comparison::add_row(const std::string& name, double flops, const std::vector<Seconds>& seconds,
                         const std::vector<std::string>& convolutions) {
  const auto or_empty = [](double x) { return x > 0 ? x : std::nan(""); };
  const engine::cpu::Bf16Kernel* kernel = engine::cpu::bf16_kernel(engine::cpu::isa());
  const bool three = kernel != nullptr && kernel->fast_three;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const Seconds& s = seconds[i];
    const double rate = flops / s.ours / 1e9;
    // The peak for these products: bf16 if the machine has it, and a third of that where three
    // products make one.
    double limit = limits_.exact;
    if (limits_.bf16 > 0 && options_.precisions[i] == "medium") limit = limits_.bf16;
    if (limits_.bf16 > 0 && options_.precisions[i] == "high" && three) limit = limits_.bf16 / 3;
    Report::Row row{
        name + ", " + options_.precisions[i],
        {s.ours * 1e3, or_empty(rate), limit > 0 ? or_empty(100 * rate / limit) : std::nan("")}};
    for (const auto& columns : kKindColumns)
      if (compiled_ || columns.kind < compiled_fp32) {
        const double peer = s.peer[columns.kind];
        row.figures.insert(row.figures.end(), {or_empty(peer * 1e3), or_empty(peer / s.ours)});
      }
    if (!convolutions.empty()) row.convolutions = convolutions[i];
    report_.rows.push_back(std::move(row));
  }
}

void Comparison::add_memory(const std::vector<nlohmann::json>& works) {
  if (options_.device == "cpu") report_.facts["peak memory, MiB"] = gan::console::peak_memory();
  if (!peer_ || works.front().is_null()) return;
  Peer::Memory best{std::numeric_limits<double>::infinity(), 0};
  for (const bool channels_last : {false, true}) {
    Peer::Memory most{0, 0};
    for (const nlohmann::json& work : works) {
      std::cerr << "bench: memory of the peer\n";
      Peer alone(options_.python, omp_get_max_threads());
      alone.prepare("memory", request(work, {fp32, channels_last}));
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
