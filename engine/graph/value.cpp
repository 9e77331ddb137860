#include "engine/graph/value.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/check.h"
#include "engine/ops/move.h"

namespace engine::graph {
namespace {

// Whether an order of axes only moves axes of extent 1, so that memory does not change.
bool moves_nothing(const Shape& shape, const std::vector<int>& order) {
  int last = -1;
  for (int axis : order) {
    if (shape[axis] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

// The axis of channels moved from place 1 to the last, or back.
Tensor turned(const Tensor& x, bool to_last) {
  std::vector<int> order(static_cast<std::size_t>(x.rank()));
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin() + 1, to_last ? order.begin() + 2 : order.end() - 1, order.end());
  return reordered(x, order);
}

// Integers are moved by moving their positions, which Real holds exactly up to this size.
constexpr Index kMostPositions = Index{1} << 24;

Tensor positions(const Shape& shape, Index first) {
  check(first + shape.size() <= kMostPositions, "more than ", kMostPositions,
        " whole numbers cannot be rearranged");
  std::vector<Real> numbers(static_cast<std::size_t>(shape.size()));
  std::iota(numbers.begin(), numbers.end(), static_cast<Real>(first));
  return Tensor::from(shape, numbers);
}

Value looked_up(const Tensor& moved, const Whole& numbers, std::int64_t fill, Type type) {
  Whole result;
  result.reserve(static_cast<std::size_t>(moved.size()));
  for (Real at : moved.values())
    result.push_back(at == kFill ? fill : numbers[static_cast<std::size_t>(at)]);
  return {moved.shape(), std::move(result), type};
}

}  // namespace

Tensor reordered(const Tensor& x, const std::vector<int>& order) {
  if (!moves_nothing(x.shape(), order)) return permute(x, order);
  Shape shape;
  for (int axis : order) shape.push_back(x.dim(axis));
  return reshape(x, shape);
}

// --- Types -----------------------------------------------------------------------------------

namespace {

enum class Numbers { other, real, with_sign, without_sign };

struct TypeRow {
  const char* name;
  Numbers kind = Numbers::other;
  int bytes = 0;  // of one number in a file; 0: not read
  int tensorflow = 0;
};

// By ONNX's number.
constexpr TypeRow kTypes[] = {
    {"none"},
    {"float32", Numbers::real, 4, 1},
    {"uint8", Numbers::without_sign, 1, 4},
    {"int8", Numbers::with_sign, 1, 6},
    {"uint16", Numbers::without_sign, 2, 17},
    {"int16", Numbers::with_sign, 2, 5},
    {"int32", Numbers::with_sign, 4, 3},
    {"int64", Numbers::with_sign, 8, 9},
    {"string", Numbers::other, 0, 7},
    {"bool", Numbers::without_sign, 1, 10},
    {"float16", Numbers::real, 2, 19},
    {"float64", Numbers::real, 8, 2},
    {"uint32", Numbers::without_sign, 4, 22},
    {"uint64", Numbers::without_sign, 8, 23},
    {"complex64"},
    {"complex128"},
    {"bfloat16", Numbers::other, 0, 14},
};

const TypeRow* row_of(Type type) {
  const int number = static_cast<int>(type);
  return number >= 0 && number < static_cast<int>(std::size(kTypes)) ? &kTypes[number] : nullptr;
}

bool is_a(Type type, Numbers kind) { return row_of(type) && row_of(type)->kind == kind; }

}  // namespace

bool is_real(Type type) { return is_a(type, Numbers::real); }

std::string name_of(Type type) {
  return row_of(type) ? row_of(type)->name : "type " + std::to_string(static_cast<int>(type));
}

Index bytes_of(Type type) { return row_of(type) ? row_of(type)->bytes : 0; }

Type type_of_tensorflow(int number) {
  const auto* row = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& r) {
    return r.tensorflow == number && number != 0;
  });
  return row == std::end(kTypes) ? Type::none : static_cast<Type>(row - std::begin(kTypes));
}

Index wrapped(Type type, Index x) {
  if (type == Type::boolean) return x != 0;
  const int unused = 64 - 8 * static_cast<int>(bytes_of(type));
  const auto raised = static_cast<std::uint64_t>(x) << unused;
  if (is_a(type, Numbers::with_sign)) return static_cast<Index>(raised) >> unused;
  return static_cast<Index>(raised >> unused);
}

Index whole_from(double x, Type type) {
  const double whole = std::trunc(x);
  if (type == Type::boolean) return x != 0;
  const bool with_sign = is_a(type, Numbers::with_sign);
  const double end = std::ldexp(1., static_cast<int>(8 * bytes_of(type)) - (with_sign ? 1 : 0));
  check(whole >= (with_sign ? -end : 0) && whole < end, name_of(type), " cannot hold ", x);
  return whole < 0x1p63 ? static_cast<Index>(whole)
                        : static_cast<Index>(static_cast<std::uint64_t>(whole));
}

Real real_from(const std::string& what, double x) {
  const Real real = static_cast<Real>(x);
  if (std::isinf(real) && !std::isinf(x))
    unsupported(what, ": float64 is held as float32, which cannot hold ", x,
                "; export the network in float32");
  return real;
}

Real half_from(Real x) {
  if (!std::isfinite(x)) return x;
  int exponent = 0;
  std::frexp(x, &exponent);
  const double unit = std::ldexp(1., std::max(exponent - 11, -24));  // of the last of 11 bits
  const double rounded = std::nearbyint(x / unit) * unit;
  if (std::abs(rounded) > 65504) return std::copysign(std::numeric_limits<Real>::infinity(), x);
  return std::copysign(static_cast<Real>(rounded), x);
}

// --- Values ----------------------------------------------------------------------------------

Value::Value(Tensor values, Type type) : type_(type), tensor_(std::move(values)) {
  if (!is_real(type)) unsupported("not supported for ", name_of(type));
}

Value::Value(const Shape& shape, Whole numbers, Type type)
    : type_(type), shape_(shape), whole_(std::make_shared<const Whole>(std::move(numbers))) {
  if (is_real(type)) unsupported("not supported for ", name_of(type));
  check(shape.size() == static_cast<Index>(whole_->size()), whole_->size(),
        " whole numbers do not fill the shape ", shape);
}

Value Value::image(Tensor channels_last, Type type) {
  Value value(std::move(channels_last), type);
  value.channels_last_ = value.rank() >= 3;  // below, both orders are the same
  return value;
}

Shape Value::shape() const {
  if (whole_) return shape_;
  if (!channels_last_) return tensor_.shape();
  Shape shape;
  for (int axis = 0; axis < rank(); ++axis) shape.push_back(tensor_.dim(place(axis)));
  return shape;
}

int Value::place(int axis) const {
  const int rank = this->rank();
  check(axis >= -rank && axis < rank, "axis ", axis, " does not exist among ", rank);
  if (axis < 0) axis += rank;
  if (!channels_last_ || axis == 0) return axis;
  return axis == 1 ? rank - 1 : axis - 1;
}

Tensor Value::tensor() const {
  if (!whole_) return channels_last_ ? turned(stored(), false) : stored();
  std::vector<Real> reals(whole_->begin(), whole_->end());
  if (type_ == Type::uint64)
    std::transform(whole_->begin(), whole_->end(), reals.begin(),
                   [](std::int64_t x) { return static_cast<Real>(static_cast<std::uint64_t>(x)); });
  return Tensor::from(shape_, reals);
}

Tensor Value::image() const {
  if (whole_) unsupported("not supported for ", name_of(type_));
  if (channels_last_) return tensor_;
  check(rank() >= 2, "expected an image [N, C, ...], got ", shape());
  return turned(tensor(), true);
}

const Tensor& Value::stored() const {
  if (!defined() || whole_) unsupported("not supported for ", name_of(type_));
  return tensor_;
}

const Whole& Value::whole() const {
  if (!whole_) unsupported("expected integers, got ", name_of(type_));
  return *whole_;
}

Value Value::with(Tensor stored) const {
  Value value = *this;
  check(!whole_ && (!channels_last_ || stored.rank() == rank()), "the order of axes is lost");
  value.tensor_ = std::move(stored);
  return value;
}

Value Value::as(Type type) const {
  check(is_real(type) != is_whole(), name_of(type_), " is not ", name_of(type));
  Value value = *this;
  value.type_ = type;
  return value;
}

Value moved(const Value& x, const Move& move) {
  return x.is_whole() ? in_place(x, move) : Value(move(x.tensor()), x.type());
}

Value in_place(const Value& x, const Move& move, std::int64_t fill) {
  if (!x.is_whole()) return x.with(move(x.stored()));
  return looked_up(move(positions(x.shape(), 0)), x.whole(), fill, x.type());
}

Value joined(const std::vector<Value>& parts, int axis) {
  check(!parts.empty(), "no inputs to join");
  const auto last = std::find_if(parts.begin(), parts.end(),
                                 [](const Value& part) { return part.channels_last(); });
  const Value& like = last == parts.end() ? parts[0] : *last;
  std::vector<Tensor> tensors;
  Whole numbers;
  for (const Value& part : parts) {
    check(part.is_whole() == like.is_whole() && part.rank() == like.rank(), name_of(like.type()),
          " ", like.shape(), " cannot be joined with ", name_of(part.type()), " ", part.shape());
    if (!part.is_whole()) {
      tensors.push_back(like.channels_last() ? part.image() : part.stored());
    } else {
      tensors.push_back(positions(part.shape(), static_cast<Index>(numbers.size())));
      numbers.insert(numbers.end(), part.whole().begin(), part.whole().end());
    }
  }
  const Tensor together = concat(tensors, like.place(axis));
  return like.is_whole() ? looked_up(together, numbers, 0, like.type()) : like.with(together);
}

}  // namespace engine::graph
