// Named tensors in a file: the safetensors format (8 bytes of header length, a JSON header with the
// dtype, shape and offsets of each tensor, then the values, little-endian), readable by the Python
// package of that name. F32 and F64 are read, Real is written. Files are written beside and
// renamed. Format: https://github.com/huggingface/safetensors#format Errors: name the file and,
// where something is out of place, the tensor and its offsets.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/tensor.h"

namespace engine {

struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;

  // The tensor of this name. Errors: it is not there, or has another shape.
  const Tensor& at(const std::string& name, const Shape& shape) const;
  // A whole number from the metadata. Errors: it is not there, or no number.
  std::int64_t integer(const std::string& name) const;
  std::uint64_t natural(const std::string& name) const;  // 0 to 2^64 - 1
  std::string path;                                      // where it was loaded from, for messages
};

void save(const std::string& path, const TensorFile& file);
TensorFile load(const std::string& path);

}  // namespace engine
