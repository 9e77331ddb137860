// Value: the value on an edge of an imported graph. Floating-point values are a Tensor of Real,
// whatever their width in the file, on the current device. Reading a float64 beyond 3.4e38 is an
// error, others are rounded, and casting to integers that only float64 represents is an error. A
// cast to float16 rounds to float16; ops on float16 values compute in Real and do not round their
// results. Integers and booleans stay on the host and are exact, because they mostly compute
// shapes. Integer arrays take eight bytes per number.
//
// The file's order of axes differs from the order in memory: an ONNX image [N, C, H, W] is kept
// channels last, [N, H, W, C], from the first convolution on. `shape` and `tensor` use the file's
// order, `stored` and `place` the order in memory. Errors: an integer value where a tensor is
// needed, and vice versa.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/check.h"
#include "engine/tensor.h"

namespace engine::graph {

// Well-formed but unsupported: an op, a type, a mode.
struct Unsupported : Error {
  using Error::Error;
};

// Over a limit: a result, or the total memory that a file requires.
struct TooLarge : Error {
  using Error::Error;
};

template <class... Parts>
[[noreturn]] void unsupported(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Unsupported(text.str());
}

// ONNX's type codes.
enum class Type {
  none = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  bfloat16 = 16  // recognized, but not supported
};
Type type_of_tensorflow(int number);  // none: no type of ours
bool is_real(Type type);              // a floating-point type
std::string name_of(Type type);       // "float32"; "type 42" for a number that is not a type
Index bytes_of(Type type);            // of one number in a file; 0: not a type we read
Index wrapped(Type type, Index x);    // x as the type keeps it: -1 is 255 in uint8

// x truncated to an integer of this type. Errors: NaN, infinities and out-of-range values, which
// ONNX leaves undefined and processors convert differently.
Index whole_from(double x, Type type);

// A float64 as Real. Errors: it is finite, but too large for Real.
Real real_from(const std::string& what, double x);

// x as float16 holds it: rounded to the nearest, ties to even; beyond its range, an infinity.
Real half_from(Real x);

using Whole = std::vector<std::int64_t>;  // the integers of a value

class Value {
 public:
  Value() = default;
  explicit Value(Tensor values, Type type = Type::float32);  // in the file's order of axes
  Value(const Shape& shape, Whole numbers, Type type = Type::int64);
  static Value image(Tensor channels_last, Type type = Type::float32);  // [N, spatial..., C]

  bool defined() const { return type_ != Type::none; }
  Type type() const { return type_; }
  bool is_whole() const { return whole_ != nullptr; }
  bool channels_last() const { return channels_last_; }
  Shape shape() const;  // in the file's order
  int rank() const { return whole_ ? shape_.rank() : tensor_.rank(); }
  Index size() const { return whole_ ? shape_.size() : tensor_.size(); }

  Tensor tensor() const;         // in the file's order; whole numbers are converted
  Tensor image() const;          // channels last; free if it is stored so
  const Tensor& stored() const;  // in the memory's order; Errors: whole numbers
  const Whole& whole() const;    // Errors: no whole numbers
  int place(int axis) const;     // where this axis of the file's order lies in stored()

  Value with(Tensor stored) const;  // another array, in the same order of axes and of the same type
  Value as(Type type) const;        // the same numbers under another type, real or whole as before

 private:
  Type type_ = Type::none;
  bool channels_last_ = false;
  Tensor tensor_;
  Shape shape_;  // of whole numbers
  std::shared_ptr<const Whole> whole_;
};

// A permutation of the axes; free where only extents of 1 change places.
Tensor reordered(const Tensor& x, const std::vector<int>& order);

// Applies a function that only moves elements, to reals or integers. `in_place` passes the array in
// memory order and keeps that order; `moved` passes the file's order. The function may insert
// kFill, which stands for `fill` among integers.
using Move = std::function<Tensor(const Tensor&)>;
inline constexpr Real kFill = -1;
Value moved(const Value& x, const Move& move);
Value in_place(const Value& x, const Move& move, std::int64_t fill = 0);

// The parts joined along an axis of the file's order.
Value joined(const std::vector<Value>& parts, int axis);

float from_half(std::uint16_t bits);  // the bits of a float16

}  // namespace engine::graph
