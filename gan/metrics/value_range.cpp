#include "gan/metrics/value_range.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "engine/check.h"
#include "engine/choices.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace gan::metrics {
namespace {

using engine::Index;
using engine::Tensor;

struct RangeName {
  Range range;
  const char* name;
  const char* formula = "";
};
constexpr std::array kRanges = {
    RangeName{Range::bytes, "0..255"}, RangeName{Range::unit, "0..1"},
    RangeName{Range::symmetric, "-1..1", "x / 127.5 - 1"},
    RangeName{Range::imagenet, "imagenet", "(x / 255 - mean) / deviation"},
    RangeName{Range::inception, "inception", "(x - 128) / 128"}};

const RangeName& row_of(Range range) {
  return *std::ranges::find(kRanges, range, &RangeName::range);
}

// "-1..1 as x / 127.5 - 1"
std::string full_name(const RangeName& row) {
  return row.name + (*row.formula ? std::string(" as ") + row.formula : "");
}

Tensor in_range(const Tensor& x, Range range) {
  switch (range) {
    case Range::bytes:
      return x;
    case Range::unit:
      return x / 255.F;
    case Range::symmetric:
      return x / 127.5F - 1.F;
    case Range::inception:
      return (x - 128.F) * 0.0078125F;
    case Range::imagenet:
      break;
  }
  engine::check(x.dim(3) == 3, "range imagenet: needs three channels, the images have ", x.dim(3));
  return (x / 255.F - Tensor::from({3}, {0.485F, 0.456F, 0.406F})) /
         Tensor::from({3}, {0.229F, 0.224F, 0.225F});
}

Tensor per_channel(const std::vector<float>& numbers, const Tensor& images, const char* what) {
  const auto count = static_cast<Index>(numbers.size());
  engine::check(count == 1 || count == images.dim(3), what, ": ", count, " numbers for images of ",
                images.dim(3), " channels");
  return Tensor::from({count}, {numbers.begin(), numbers.end()});
}

std::string listed(const char* what, const std::vector<float>& numbers) {
  std::string text;
  for (const float number : numbers) {
    char digits[32];
    const char* end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;  // all of it
    text +=
        (text.empty() ? std::string(", ") + what + " " : ",") + std::string(digits, end - digits);
  }
  return text;
}

}  // namespace

const char* name_of(Range range) { return row_of(range).name; }

const char* formula_of(Range range) { return row_of(range).formula; }

std::string range_choices(bool formulas) {
  std::vector<std::string> names;
  for (const RangeName& row : kRanges) names.push_back(formulas ? full_name(row) : row.name);
  return engine::alternatives(names);
}

Range range_named(const std::string& name) {
  const auto found = std::ranges::find(kRanges, name, &RangeName::name);
  engine::check(found != kRanges.end(), "unknown range '", name, "'; use ", range_choices());
  return found->range;
}

std::string describe(const ValueRange& range) {
  return full_name(row_of(range.range)) + listed("mean", range.mean) +
         listed("std", range.deviation) + (range.bgr ? ", BGR" : "");
}

Tensor to_range(const Tensor& images, const ValueRange& range) {
  Tensor x = in_range(images, range.range);
  if (!range.mean.empty()) x = x - per_channel(range.mean, x, "mean");
  if (!range.deviation.empty()) x = x / per_channel(range.deviation, x, "std");
  return range.bgr ? flip(x, 3) : x;
}

}  // namespace gan::metrics
