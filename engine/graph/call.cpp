#include "engine/graph/call.h"

#include <algorithm>

#include "engine/graph/wire.h"
#include "engine/ops/move.h"

namespace engine::graph {

const Value& Call::in(int i) const {
  check(has(i), "input ", i, " is missing");
  return inputs_[i];
}

Tensor Call::image(int i) const { return nhwc_ ? in(i).tensor() : in(i).image(); }

double Call::number(int i) const {
  const Value& x = in(i);
  check(x.size() == 1, "input ", i, " must be one number, got ", x.shape());
  return x.is_whole() ? static_cast<double>(x.whole()[0]) : x.stored().values()[0];
}

void Call::out(Value value, int i) const {
  if (i < outputs()) outputs_[i] = std::move(value);
}

void Call::out_image(const Tensor& x) const {
  out(nhwc_ ? Value(x, in(0).type()) : Value::image(x, in(0).type()));
}

Index Call::whole(const char* name) const {
  check(given(name), "attribute ", name, " is missing");
  return integer(name, 0);
}

const Attribute& Call::attribute(const char* name) const {
  check(given(name), "attribute ", name, " is missing");
  return node_.attributes.find(name)->second;
}

void Call::allow(const Shape& shape) const {
  Index size = 1;
  for (Index extent : shape)
    if (extent < 0 || __builtin_mul_overflow(size, std::max<Index>(extent, 1), &size) ||
        size > most_) {
      std::ostringstream text;
      text << "a result " << shape << " is more than " << most_ << " elements";
      throw TooLarge(text.str());
    }
}

Shape Call::shape(const std::vector<Index>& extents) const {
  check(extents.size() <= Shape::kMaxRank, "a result of ", extents.size(),
        " axes was requested, at most ", Shape::kMaxRank, " are supported");
  const Shape shape(extents);
  allow(shape);
  return shape;
}

namespace {

// Before opset 7 an attribute says at which axis of the first operand the second one's axes begin.
Value from_axis(const Call& call, int first, int i) {
  const Value& x = call.in(i);
  const int axis = static_cast<int>(call.integer("axis", -1));
  if (call.opset() >= 7 || axis < 0) return x;
  Shape shape = x.shape();
  while (axis + shape.rank() < call.in(first).rank()) shape.push_back(1);
  return moved(x, [&](const Tensor& t) { return reshape(t, shape); });
}

}  // namespace

Operands operands(const Call& call, int first, int count) {
  Operands result{{}, call.in(first).type(), false};
  int rank = 0;
  for (int i = first; i < first + count; ++i) {
    const Value& x = call.in(i);
    if (x.is_whole()) unsupported("not supported for ", name_of(x.type()));
    rank = std::max(rank, x.rank());
    result.channels_last = result.channels_last || x.channels_last();
  }
  Shape together;
  for (int i = first; i < first + count; ++i) {
    const Value x = i == first ? call.in(i) : from_axis(call, first, i);
    Tensor t = x.channels_last() && x.rank() == rank ? x.stored() : x.tensor();
    if (result.channels_last && !(x.channels_last() && x.rank() == rank)) {
      Shape aligned;
      for (int axis = t.rank(); axis < rank; ++axis) aligned.push_back(1);
      for (Index extent : t.shape()) aligned.push_back(extent);
      t = Value(reshape(t, aligned)).image();
    }
    together = broadcast("broadcast", together, t.shape());
    result.tensors.push_back(std::move(t));
  }
  call.allow(together);
  return result;
}

Axes places(const Value& x, const std::vector<Index>& axes) {
  Axes result;
  for (Index axis : axes) {
    check(axis >= -x.rank() && axis < x.rank(), "axis ", axis, " does not exist in ", x.shape());
    result.push_back(x.place(static_cast<int>(axis)));
  }
  return result;
}

}  // namespace engine::graph
