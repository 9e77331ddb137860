// A graph's input range, from its metadata, its input type, and its front's output for black and
// white. Tables in range_rules.cpp: one row per convention.
//
// A front determines the range if it maps exactly one candidate range to one that first layers are
// trained on; nothing is guessed. Errors: none.
#pragma once

#include <optional>
#include <string>

#include "gan/metrics/front.h"
#include "gan/metrics/value_range.h"

namespace gan::metrics {

struct FoundRange {
  ValueRange range;
  std::string why;  // "the graph subtracts Caffe's means"
};

// `whole`: the input takes integers, so only bytes are possible.
std::optional<FoundRange> range_of_front(const Front& front, bool whole);
std::optional<FoundRange> range_of_metadata(const std::map<std::string, std::string>& metadata);

}  // namespace gan::metrics
