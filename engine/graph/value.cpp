#include "engine/graph/value.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/check.h"
#include "engine/ops/move.h"

namespace engine::graph {
namespace {

// Whether an order of axes only moves axes of extent 1: then memory stays as it is.
bool moves_nothing(const Shape& shape, const std::vector<int>& order) {
  int last = -1;
  for (int axis : order) {
    if (shape[axis] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

Tensor to_channels_last(const Tensor& x) {
  std::vector<int> order{0};
  for (int axis = 2; axis < x.rank(); ++axis) order.push_back(axis);
  order.push_back(1);
  return reordered(x, order);
}

Tensor to_channels_first(const Tensor& x) {
  std::vector<int> order{0, x.rank() - 1};
  for (int axis = 1; axis + 1 < x.rank(); ++axis) order.push_back(axis);
  return reordered(x, order);
}

// Whole numbers move by moving their positions; Real holds these exactly up to here.
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

bool is_real(Type type) {
  return type == Type::float32 || type == Type::float64 || type == Type::float16;
}

std::string name_of(Type type) {
  static const char* const names[] = {"none",    "float32", "uint8",  "int8",   "uint16",
                                      "int16",   "int32",   "int64",  "string", "bool",
                                      "float16", "float64", "uint32", "uint64"};
  const int number = static_cast<int>(type);
  if (type == Type::bfloat16) return "bfloat16";
  if (number >= 0 && number < static_cast<int>(std::size(names))) return names[number];
  return "type " + std::to_string(number);
}

Index bytes_of(Type type) {
  switch (type) {
    case Type::uint8:
    case Type::int8:
    case Type::boolean:
      return 1;
    case Type::uint16:
    case Type::int16:
    case Type::float16:
      return 2;
    case Type::float32:
    case Type::int32:
    case Type::uint32:
      return 4;
    case Type::float64:
    case Type::int64:
    case Type::uint64:
      return 8;
    default:
      return 0;
  }
}

Index wrapped(Type type, Index x) {
  switch (type) {
    case Type::uint8:
      return static_cast<std::uint8_t>(x);
    case Type::int8:
      return static_cast<std::int8_t>(x);
    case Type::uint16:
      return static_cast<std::uint16_t>(x);
    case Type::int16:
      return static_cast<std::int16_t>(x);
    case Type::uint32:
      return static_cast<std::uint32_t>(x);
    case Type::int32:
      return static_cast<std::int32_t>(x);
    case Type::boolean:
      return x != 0;
    default:
      return x;
  }
}

Index whole_from(double x, Type type) {
  const double whole = std::trunc(x);
  if (type == Type::boolean) return x != 0;
  const bool with_sign =
      type == Type::int8 || type == Type::int16 || type == Type::int32 || type == Type::int64;
  const int bits = static_cast<int>(8 * bytes_of(type)) - (with_sign ? 1 : 0);
  const double end = std::ldexp(1., bits);
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
  if (!whole_) return channels_last_ ? to_channels_first(stored()) : stored();
  std::vector<Real> reals(whole_->begin(), whole_->end());
  if (type_ == Type::uint64)
    std::transform(whole_->begin(), whole_->end(), reals.begin(),
                   [](std::int64_t x) { return static_cast<Real>(static_cast<std::uint64_t>(x)); });
  return Tensor::from(shape_, reals);
}

Tensor Value::image() const {
  if (whole_) unsupported("not supported for ", name_of(type_));
  if (channels_last_) return tensor_;
  check(rank() >= 2, "an image [N, C, ...] is needed, got ", shape());
  return to_channels_last(tensor());
}

const Tensor& Value::stored() const {
  if (!defined() || whole_) unsupported("not supported for ", name_of(type_));
  return tensor_;
}

const Whole& Value::whole() const {
  if (!whole_) unsupported("whole numbers are needed, got ", name_of(type_));
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
  check(!parts.empty(), "there is nothing to join");
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
