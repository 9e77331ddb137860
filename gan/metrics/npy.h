// NumPy's .npy arrays: a header with type, order and extents, then the numbers.
//   NpyArray mu = parse_npy(bytes, "stats.npz: mu");
// Read: versions 1 to 3 of the format; floats of 2, 4 or 8 bytes and integers of 1 to 8,
// little-endian, in C or Fortran order, of at most six axes; integers of 2^53 or more are read as
// integers, not as doubles. Cost: one copy; a second one for Fortran order. Errors: anything else,
// with `what` in front. Missing or superfluous data is an error before anything is allocated.
// Source: NumPy's "NPY format" (numpy/lib/format.py).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/real.h"

namespace gan::metrics {

using engine::Index;

struct NpyArray {
  std::string type;            // NumPy's: "<f8", "<f4", "<f2", "|u1", "<i8", ...
  std::vector<Index> extents;  // none: a single number
  std::string bytes;           // row-major

  static NpyArray from(const std::vector<Index>& extents, const std::vector<double>& values);
  Index size() const;
  bool is_whole() const { return type[1] != 'f'; }
  // For any type. Errors: an integer of 2^53 or more, with `what` in front.
  std::vector<double> doubles(const std::string& what = "array") const;
  std::vector<std::int64_t> wholes() const;  // of whole numbers, exact; "<u8" wraps
};

NpyArray parse_npy(std::string_view bytes, const std::string& what);

// For a compressed file: checks from its first kNpyFront bytes (or all of a shorter one) that its
// `length` bytes match the header. Errors as above.
constexpr std::size_t kNpyFront = 12 + 65535;
void check_npy_length(std::string_view front, std::uint64_t length, const std::string& what);
std::string write_npy(const NpyArray& array);  // the bytes of a file of version 1

}  // namespace gan::metrics
