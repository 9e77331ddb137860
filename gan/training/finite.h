// Values that are not finite: NaN and infinity, which spread and which nothing mends.
#pragma once

#include <string>

#include "engine/serialize.h"

namespace gan::training {

// 0 where all values are finite, NaN where one is not (0 times infinity is NaN), on the device.
engine::Tensor blemish(const engine::Tensor& x);
// The name of a tensor with a value that is not finite, of those whose names begin so; "" where
// there is none. Cost: a pass over all of them on the device, and one number read.
std::string not_finite(const engine::TensorFile& file, const std::string& prefix = "");

}  // namespace gan::training
