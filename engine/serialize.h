// Named tensors in a file: the safetensors format (8 bytes of header length, a JSON header with the
// dtype, shape and offsets of each tensor, then the values, little-endian), readable by the Python
// package of that name. Real is written. F32 and F64 are read and rounded to Real; a tensor of
// another dtype, with too many axes or with values beyond Real's range is an error only when
// requested. Files are written under a temporary name and renamed. Format:
// https://github.com/huggingface/safetensors#format
// Errors: violations of the format (a duplicate key, bytes of values that belong to no tensor or to
// two, ...), naming the file and, if there is one, the tensor and its offsets.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/tensor.h"

namespace engine {

// The contents of a file.
struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::string> unread;  // tensors of the file, and why each was not read

  // The tensor of this name, or null. Errors: the file contains it, but it could not be read.
  const Tensor* find(const std::string& name) const;
  // The tensor of this name. Errors: those of find; it is not there, or has another shape.
  const Tensor& at(const std::string& name, const Shape& shape) const;
  // An integer from the metadata. Errors: it is missing, or not an integer.
  std::int64_t integer(const std::string& name) const;
  std::uint64_t natural(const std::string& name) const;  // 0 to 2^64 - 1
  std::string path;                                      // where it was loaded from, for messages
};

// Writes a file, and reads one.
void save(const std::string& path, const TensorFile& file);
TensorFile load(const std::string& path);

}  // namespace engine
