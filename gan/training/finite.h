// Detection of non-finite values (NaN and infinity), which spread and cannot be repaired.
#pragma once

#include <string>

#include "engine/serialize.h"

namespace gan::training {

// 0 if all values are finite, NaN if one is not (0 times infinity is NaN), on the device.
engine::Tensor blemish(const engine::Tensor& x);
// The name of a tensor with a non-finite value, among those whose names begin with the prefix; ""
// if there is none. Cost: one pass over all of them on the device, and one number read back.
std::string not_finite(const engine::TensorFile& file, const std::string& prefix = "");

}  // namespace gan::training
