// Shapes: asked for, changed (the elements stay in the file's order), and constants made from them.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/graph/ops/table.h"
#include "engine/graph/traced_op.h"
#include "engine/ops/move.h"

namespace engine::graph {
namespace {

void reshaped(const Call& c, const std::vector<Index>& extents) {
  const Shape shape = c.shape(extents);
  check(shape.size() == c.in(0).size(), c.in(0).shape(), " cannot become ", shape);
  c.out(moved(c.in(0), [&](const Tensor& t) { return engine::reshape(t, shape); }));
}

void reshape(const Call& c) {
  const Shape from = c.in(0).shape();
  std::vector<Index> extents = c.integers("shape", 1, {});
  Index known = 1;
  const auto open = std::find(extents.begin(), extents.end(), -1);
  for (std::size_t i = 0; i < extents.size(); ++i) {
    if (extents[i] == 0 && c.integer("allowzero", 0) == 0) {
      check(static_cast<int>(i) < from.rank(), "extent ", i, " is to be copied from ", from);
      extents[i] = from[static_cast<int>(i)];
    }
    if (extents[i] != -1) c.allow({extents[i]});
    if (extents[i] != -1) known *= extents[i];
    c.allow({known});
  }
  if (open != extents.end()) *open = known > 0 ? c.in(0).size() / known : 0;
  // Nothing of [0, 3] is left to tell [0, -1]: it is what the axes that are not copied have.
  if (open != extents.end() && known == 0 && c.integer("allowzero", 0) == 0) {
    Index others = 1;
    known = 1;
    for (int i = 0; i < from.rank(); ++i) others *= from[i] == 0 ? 1 : from[i];
    for (const Index extent : extents) {
      known *= extent <= 0 ? 1 : extent;
      c.allow({known});
    }
    const auto zeros = std::count(from.begin(), from.end(), 0);
    const bool told = zeros == std::count(extents.begin(), extents.end(), 0) - (*open == 0);
    if (told && others % known == 0) *open = others / known;
  }
  reshaped(c, extents);
}

void flatten(const Call& c) {
  const Shape from = c.in(0).shape();
  Index axis = c.integer("axis", 1), first = 1, second = 1;
  if (axis < 0) axis += from.rank();
  check(axis >= 0 && axis <= from.rank(), "axis ", axis, " does not exist in ", from);
  for (int i = 0; i < from.rank(); ++i) (i < axis ? first : second) *= from[i];
  reshaped(c, {first, second});
}

// Axes of a rank, negative ones resolved, as flags. Errors: no such axis, or named twice.
std::vector<bool> flagged(const std::vector<Index>& axes, std::size_t rank) {
  std::vector<bool> flags(rank);
  for (Index axis : axes) {
    if (axis < 0) axis += static_cast<Index>(rank);
    check(axis >= 0 && axis < static_cast<Index>(rank) && !flags[axis], "axis ", axis,
          " does not exist or is named twice");
    flags[axis] = true;
  }
  return flags;
}

void squeeze(const Call& c) {
  const Shape from = c.in(0).shape();
  std::vector<Index> ones, extents;
  for (int i = 0; i < from.rank(); ++i)
    if (from[i] == 1) ones.push_back(i);
  const std::vector<bool> gone = flagged(c.integers("axes", 1, ones), from.rank());
  for (int i = 0; i < from.rank(); ++i)
    if (!gone[i]) extents.push_back(from[i]);
  reshaped(c, extents);
}

void unsqueeze(const Call& c) {
  const Shape from = c.in(0).shape();
  const std::vector<Index> axes = c.integers("axes", 1, {});
  check(axes.size() + from.rank() <= Shape::kMaxRank, axes.size(), " new axes for ", from);
  std::vector<Index> extents;
  const Index* old = from.begin();
  for (bool is_new : flagged(axes, from.rank() + axes.size()))
    extents.push_back(is_new ? 1 : *old++);
  reshaped(c, extents);
}

void shape_of(const Call& c) {
  const Shape from = c.in(0).shape();
  const auto limit = [&](const char* name, Index otherwise) {
    const Index i = c.integer(name, otherwise);
    return std::clamp<Index>(i < 0 ? i + from.rank() : i, 0, from.rank());
  };
  const Index begin = limit("start", 0), end = std::max(begin, limit("end", from.rank()));
  c.out(Value(Shape{end - begin}, Whole(from.begin() + begin, from.begin() + end)));
}

void size_of(const Call& c) { c.out(Value(Shape{}, Whole{c.in(0).size()})); }

const Value& tensor_attribute(const Call& c, const char* name) {
  const Value* value = std::get_if<Value>(&c.attribute(name));
  check(value != nullptr, "attribute ", name, " is not a tensor");
  return *value;
}

void constant(const Call& c) {
  if (c.given("value")) {
    c.out(tensor_attribute(c, "value"));
  } else if (c.given("value_float")) {
    c.out(Value(scalar(c.real("value_float", 0))));
  } else if (c.given("value_int")) {
    c.out(Value(Shape{}, Whole{c.integer("value_int", 0)}));
  } else if (c.given("value_ints")) {
    const std::vector<Index> numbers = c.integers("value_ints", {});
    c.out(Value(Shape{static_cast<Index>(numbers.size())}, Whole(numbers)));
  } else if (c.given("value_floats")) {
    const auto* numbers = std::get_if<std::vector<float>>(&c.attribute("value_floats"));
    check(numbers != nullptr, "attribute value_floats is not a list of numbers");
    c.out(Value(
        Tensor::from({static_cast<Index>(numbers->size())}, {numbers->begin(), numbers->end()})));
  } else {
    unsupported("a constant of this kind");
  }
}

void constant_of_shape(const Call& c) {
  const Shape shape = c.shape({c.numbers(0).begin(), c.numbers(0).end()});
  const Value fill = c.given("value") ? tensor_attribute(c, "value") : Value(zeros({1}));
  check(fill.size() == 1, "a value of ", fill.size(), " elements");
  if (!fill.is_whole()) return c.out(Value(full(shape, fill.stored().item()), fill.type()));
  c.out(Value(shape, Whole(static_cast<std::size_t>(shape.size()), fill.whole()[0]), fill.type()));
}

// Whole numbers are counted exactly, in 128 bits.
Value whole_range(const Call& c) {
  using Wide = __int128;
  const Wide begin = c.numbers(0)[0], end = c.numbers(1)[0], step = c.numbers(2)[0];
  const Wide room = step > 0 ? end - begin : begin - end, by = step > 0 ? step : -step;
  const Wide count = room <= 0 ? 0 : (room + by - 1) / by;
  check(count < 1'000'000'000, "a range of more than a billion numbers");
  const Shape shape = c.shape({static_cast<Index>(count)});
  Whole numbers;
  for (Index i = 0; i < shape[0]; ++i) numbers.push_back(static_cast<Index>(begin + i * step));
  return {shape, std::move(numbers), c.in(0).type()};
}

void range(const Call& c) {
  const double begin = c.number(0), end = c.number(1), step = c.number(2);
  check(step != 0, "a step of 0");
  if (c.in(0).is_whole() && c.in(1).is_whole() && c.in(2).is_whole()) return c.out(whole_range(c));
  const double steps = std::ceil((end - begin) / step), count = steps < 0 ? 0 : steps;
  check(count < 1e9, "a range of ", count, " numbers");
  const Shape shape = c.shape({static_cast<Index>(count)});
  std::vector<Real> reals;
  Whole numbers;
  for (Index i = 0; i < shape[0]; ++i) {
    const double x = begin + static_cast<double>(i) * step;
    check(!c.in(0).is_whole() || std::abs(x) < 0x1p63, "a range of whole numbers up to ", x);
    c.in(0).is_whole() ? numbers.push_back(static_cast<Index>(x))
                       : reals.push_back(static_cast<Real>(x));
  }
  c.out(c.in(0).is_whole() ? Value(shape, std::move(numbers), c.in(0).type())
                           : Value(Tensor::from(shape, reals), c.in(0).type()));
}

// --- Writing ---------------------------------------------------------------------------------

// Nearest upsampling as the engine has it: [N, H, W, C] to [N, H, 1, W, 1, C], repeated, and back.
// Returns the image it began with, or no tensor.
Traced upsampled(const Traced& value) {
  const auto source = [](const Tensor& x, const char* op) {
    const engine::Node& node = *x.node();
    return node.op && !std::strcmp(node.op->name(), op) ? node.inputs[0] : Tensor();
  };
  Traced found;
  for (const auto& [x, from] :
       {std::pair{value.first, &found.first}, {value.second, &found.second}}) {
    const Tensor repeated = source(x, "reshape");
    if (!repeated.defined()) return {};
    const Tensor apart = source(repeated, "expand_to");
    if (!apart.defined()) return {};
    const Tensor image = source(apart, "reshape");
    if (!image.defined() || image.rank() != 4 || x.rank() != 4) return {};
    const Shape& s = image.shape();
    if (!(apart.shape() == Shape{s[0], s[1], 1, s[2], 1, s[3]})) return {};
    const Shape& r = repeated.shape();
    if (!(x.shape() == Shape{r[0], r[1] * r[2], r[3] * r[4], r[5]})) return {};
    *from = image;
  }
  return found;
}

Written write_reshape(const TracedOp& t) {
  if (const Traced image = upsampled(t.value()); image.first.defined()) {
    const auto factor = [&](int axis) {
      return static_cast<Real>(t.shape()[axis] / image.first.dim(axis));
    };
    return {t.node("Resize", {t.image(image), "", t.reals({1, 1, factor(1), factor(2)})},
                   {{"mode", std::string("nearest")},
                    {"coordinate_transformation_mode", std::string("asymmetric")},
                    {"nearest_mode", std::string("floor")}}),
            true};
  }
  const std::vector<Index> extents = t.extents();
  if (std::count(extents.begin(), extents.end(), -1) > 1)
    t.refuse("has several extents that depend on the size of the batch");
  return {t.node("Reshape", {t.in_sequence(0), t.numbers(extents)})};
}

const Operator kShapeOperators[] = {
    {"Constant", constant},
    {"ConstantOfShape", constant_of_shape},
    {"Flatten", flatten},
    {"Range", range},
    {"Reshape", reshape, write_reshape},
    {"Shape", shape_of},
    {"Size", size_of},
    {"Squeeze", squeeze},
    {"Unsqueeze", unsqueeze},
};

}  // namespace

std::span<const Operator> shape_operators() { return kShapeOperators; }

}  // namespace engine::graph
