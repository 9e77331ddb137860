#include "gan/metrics/range_rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace gan::metrics {
namespace {

using Colors = std::array<double, 3>;  // red, green, blue

// --- Conventions that are known ------------------------------------------------------------------

// 123, 123.68 and 123.675 are one mean in a span of 255, 117 is not.
constexpr double kClose = 0.02;

// Black and white as first layers expect them, and the ranges that graphs convert from.
struct Target {
  const char* why;
  std::span<const Range> from;
  Colors black, white;
  double room = kClose;  // of the span
};

constexpr Range kAll[] = {Range::bytes, Range::unit, Range::symmetric, Range::inception,
                          Range::imagenet};
constexpr Range kUsual[] = {Range::bytes, Range::unit, Range::symmetric, Range::inception};
constexpr Range kPositive[] = {Range::bytes, Range::unit};

constexpr Target both(const char* why, std::span<const Range> from, double black, double white,
                      double room = kClose) {
  return {why, from, {black, black, black}, {white, white, white}, room};
}

// Mean and deviation of numbers 0 .. 1.
constexpr Target standardized(const char* why, Colors mean, Colors deviation) {
  Target target{why, kUsual, {}, {}};
  for (int i = 0; i < 3; ++i) {
    target.black[i] = -mean[i] / deviation[i];
    target.white[i] = (1 - mean[i]) / deviation[i];
  }
  return target;
}

constexpr Colors same(double x) { return {x, x, x}; }

constexpr Target kTargets[] = {
    both("the graph brings them to 0..1", kAll, 0, 1),
    both("the graph brings them to -1..1", kAll, -1, 1),
    both("the graph brings them to 0..255", kAll, 0, 255, 0.001),  // x - 0.5 is not meant
    both("the graph brings them to -0.5..0.5", kPositive, -0.5, 0.5),
    {"the graph subtracts Caffe's means",
     kUsual,
     {-123.68, -116.78, -103.94},
     {131.32, 138.22, 151.06}},
    standardized("the graph subtracts ImageNet's means", {0.485, 0.456, 0.406}, same(1)),
    standardized("the graph has ImageNet's mean and deviation", {0.485, 0.456, 0.406},
                 {0.229, 0.224, 0.225}),
    standardized("the graph has CLIP's mean and deviation", {0.4815, 0.4578, 0.4082},
                 {0.2686, 0.2613, 0.2758}),
    standardized("the graph has CIFAR-10's mean and deviation", {0.4914, 0.4822, 0.4465},
                 {0.2470, 0.2435, 0.2616}),
    standardized("the graph has CIFAR-10's mean and deviation", {0.4914, 0.4822, 0.4465},
                 {0.2023, 0.1994, 0.2010}),
    standardized("the graph has CIFAR-100's mean and deviation", {0.5071, 0.4865, 0.4409},
                 {0.2673, 0.2564, 0.2762}),
    standardized("the graph has MNIST's mean and deviation", same(0.1307), same(0.3081)),
};

// Black and white of a range, by channel.
Front::Channel span_of(Range range, std::size_t channel) {
  constexpr Colors mean = {0.485, 0.456, 0.406}, deviation = {0.229, 0.224, 0.225};
  const std::size_t c = std::min<std::size_t>(channel, 2);
  switch (range) {
    case Range::bytes:
      return {255, 0};
    case Range::unit:
      return {1, 0};
    case Range::symmetric:
      return {2, -1};
    case Range::inception:
      return {255. / 128, -1};
    case Range::imagenet:
      break;
  }
  return {1 / deviation[c], -mean[c] / deviation[c]};
}

// The distance from a target of black and white of a range after the front, relative to the span.
double distance(const Front& front, Range range, const Target& target, bool bgr) {
  const std::size_t count = front.channels.size();
  double most = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t color = std::min<std::size_t>(bgr ? count - 1 - i : i, 2);
    const auto [span, least] = span_of(range, color);
    const auto& [scale, shift] = front.channels[i];
    const double black = scale * least + shift, white = black + scale * span;
    const double whole = target.white[color] - target.black[color];
    for (const double off : {black - target.black[color], white - target.white[color]})
      most = std::max(most, std::abs(off) / whole);
  }
  return most;
}

// Two conventions for -1..1 differ only in the target: choose the nearer one.
bool is_signed(Range range) { return range == Range::symmetric || range == Range::inception; }

// --- Means of a data set that is not known -------------------------------------------------------

// The mean that a front subtracts tells bytes from 0..1 wherever natural images have their mean.
struct Natural {
  const char* why;
  Range range;
  double least_mean, most_mean;
};
constexpr Natural kNatural[] = {
    {"the graph subtracts a mean of bytes", Range::bytes, 40, 175},
    {"the graph subtracts a mean of 0..1", Range::unit, 0.2, 0.68},
};

bool is_natural(const Front::Channel& channel, const Natural& row) {
  const double mean = -channel.shift / channel.scale, deviation = 1 / channel.scale;
  if (channel.scale <= 0 || mean < row.least_mean || mean > row.most_mean) return false;
  if (row.range == Range::bytes) return true;
  // The standard deviation of numbers in 0..1; or only the mean is subtracted, in 0..1 or times
  // 255.
  const auto about = [&](double x) { return std::abs(channel.scale - x) <= kClose * x; };
  return (deviation > 0.08 && deviation < 0.4) || about(1) || about(255);
}

// Only bytes are scaled down to a few units.
bool is_scaled_down(const Front::Channel& channel) {
  const double white = 255 * channel.scale;
  return std::abs(channel.shift) <= 0.01 * white && white > 0.9 && white < 8;
}

template <class Test>
bool all_channels(const Front& front, const Test& test) {
  return !front.channels.empty() && std::ranges::all_of(front.channels, test);
}

// The channel order, if known: ImageNet's means identify it, and blue is the darkest color of most
// sets, so a darker first channel may be blue.
std::optional<bool> is_bgr(const Front& front, double white) {
  if (front.channels.size() != 3) return false;
  constexpr Colors known = {0.485, 0.458, 0.4075};
  Colors means = {};
  for (std::size_t i = 0; i < 3; ++i)
    means[i] = -front.channels[i].shift / front.channels[i].scale / white;
  const auto close = [&](bool bgr) {
    for (std::size_t i = 0; i < 3; ++i)
      if (std::abs(means[i] - known[bgr ? 2 - i : i]) > 0.012) return false;
    return true;
  };
  for (const bool bgr : {false, true})
    if (close(bgr)) return bgr;
  return means[0] > means[2] - 0.02 ? std::optional(false) : std::nullopt;
}

// --- Metadata ------------------------------------------------------------------------------------

struct Entitled {
  const char *key, *value, *range;
};
// "Image.*": ONNX's own keys (docs/MetadataProps.md).
constexpr Entitled kEntitled[] = {
    {"Image.NominalPixelRange", "NominalRange_0_255", "0..255"},
    {"Image.NominalPixelRange", "Normalized_0_1", "0..1"},
    {"Image.NominalPixelRange", "Normalized_1_1", "-1..1"},
};

}  // namespace

std::optional<FoundRange> range_of_front(const Front& front, bool whole) {
  if (front.channels.empty()) return std::nullopt;
  std::optional<FoundRange> found;
  double nearest = 0;
  for (const Target& target : kTargets)
    for (const Range range : target.from)
      for (const bool bgr : {false, true}) {
        const double off = distance(front, range, target, bgr);
        if ((whole && range != Range::bytes) || off > target.room) continue;
        const bool another = found && found->range.range != range;
        if (another && !(is_signed(range) && is_signed(found->range.range)))
          return std::nullopt;  // it may be either
        if (found && !(another && off < nearest)) continue;
        found = {{.range = range, .bgr = bgr}, target.why};
        nearest = off;
      }
  if (found) return found;
  for (const Natural& row : kNatural) {
    if ((whole && row.range != Range::bytes) ||
        !all_channels(front, [&](const auto& c) { return is_natural(c, row); }))
      continue;
    const std::optional<bool> bgr = is_bgr(front, span_of(row.range, 0).scale);
    if (!bgr) return std::nullopt;
    return FoundRange{{.range = row.range, .bgr = *bgr}, row.why};
  }
  if (all_channels(front, is_scaled_down))
    return FoundRange{{.range = Range::bytes}, "the graph scales them down"};
  return std::nullopt;
}

std::optional<FoundRange> range_of_metadata(const std::map<std::string, std::string>& metadata) {
  const auto says = [&](const char* key, const std::string& value) {
    const auto found = metadata.find(key);
    return found != metadata.end() && found->second == value;
  };
  std::optional<FoundRange> found;
  if (metadata.contains("kantor.scorer"))
    found = {{.range = Range::bytes}, "a network of train_scorer"};
  for (const Range range : kAll)
    if (says("kantor.range", name_of(range))) found = {{.range = range}, "the file's metadata"};
  for (const Entitled& row : kEntitled)
    if (says(row.key, row.value))
      found = {{.range = range_named(row.range)}, "the file's metadata"};
  if (found) found->range.bgr = says("Image.BitmapPixelFormat", "Bgr8");
  return found;
}

}  // namespace gan::metrics
