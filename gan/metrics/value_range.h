// ValueRange: a network's input range for image bytes, and its channel order.
//
//   const ValueRange range{.range = Range::unit, .mean = {0.5F}, .deviation = {0.5F}};
//   Tensor x = to_range(images, range);    // images [N, H, W, C], 0 .. 255, red first
//
// Mean and deviation are in the units of the range and act after it, (x - mean) / deviation; they
// are in RGB order even if the network takes BGR. Errors: means or deviations for another number of
// channels than the images have.
#pragma once

#include <string>
#include <vector>

#include "engine/tensor.h"

namespace gan::metrics {

enum class Range {
  bytes,      // unchanged
  unit,       // x / 255
  symmetric,  // x / 127.5 - 1
  imagenet,   // (x / 255 - mean) / deviation of ImageNet's channels
  inception   // (x - 128) / 128, as the graph of 2015 computes it itself
};
const char* name_of(Range range);
Range range_named(const std::string& name);  // Errors: any other name
const char* formula_of(Range range);         // "x / 127.5 - 1"; "": the name says it
// "0..255, 0..1, -1..1, imagenet or inception"; with formulas, "-1..1 as x / 127.5 - 1".
std::string range_choices(bool formulas = false);

struct ValueRange {
  Range range = Range::bytes;
  std::vector<float> mean = {}, deviation = {};  // one for all channels or one each; empty: none
  bool bgr = false;                              // blue first

  bool operator==(const ValueRange&) const = default;
};

// "0..255", or all that the numbers depend on: "-1..1 as x / 127.5 - 1, BGR".
std::string describe(const ValueRange& range);
engine::Tensor to_range(const engine::Tensor& images, const ValueRange& range);

}  // namespace gan::metrics
