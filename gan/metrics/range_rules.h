// Which range of numbers a graph takes, from what it says: its metadata, the type of its input, and
// what its front makes of black and white. Tables in range_rules.cpp: one row a convention.
//
// A front says a range if of all ranges that an image could come in exactly one is brought to what
// first layers are trained on; nothing is guessed. Errors: none.
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

// `whole`: the input is of whole numbers, so that only bytes can come in.
std::optional<FoundRange> range_of_front(const Front& front, bool whole);
std::optional<FoundRange> range_of_metadata(const std::map<std::string, std::string>& metadata);

}  // namespace gan::metrics
