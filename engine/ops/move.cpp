#include "engine/ops/move.h"

#include <array>

#include "engine/backend.h"
#include "engine/device.h"
#include "engine/op.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/strides.h"

namespace engine {
namespace {

struct ReshapeOp : Op {
  Shape to;
  explicit ReshapeOp(const Shape& to) : to(to) {}
  const char* name() const override { return "reshape"; }
  const char* onnx() const override { return "Reshape"; }
  Shape shape(Inputs in) const override {
    check(in[0].size() == to.size(), name(), ": ", in[0].shape(), " cannot become ", to);
    return to;
  }
  void forward(Inputs, const Tensor&) const override {}
  Tensor evaluate(Inputs in) const override { return Tensor::view(in[0], 0, shape(in)); }
  Tensor vjp(int, const Tensor& g, Inputs in, const Tensor&) const override {
    return reshape(g, in[0].shape());
  }
};

using Order = std::array<int, Shape::kMaxRank>;

struct PermuteOp : Op {
  Order order;
  explicit PermuteOp(const Order& order) : order(order) {}
  const char* name() const override { return "permute"; }
  const char* onnx() const override { return "Transpose"; }
  Settings settings() const override { return {{"order", {order.begin(), order.end()}}}; }
  Shape shape(Inputs in) const override {
    Shape out = in[0].shape();
    for (int i = 0; i < out.rank(); ++i) out[i] = in[0].dim(order[i]);
    return out;
  }
  void forward(Inputs in, const Tensor& out) const override {
    const AxisStrides from = contiguous_strides(in[0].shape());
    Strides strides{out.shape(), {}, contiguous_strides(out.shape())};
    for (int i = 0; i < out.rank(); ++i) strides.x[i] = from[order[i]];
    out.backend().copy(merged(strides), in[0].data(), out.data());
  }
  Tensor vjp(int, const Tensor& g, Inputs in, const Tensor&) const override {
    Order inverse{};
    for (int i = 0; i < in[0].rank(); ++i) inverse[order[i]] = i;
    return apply(PermuteOp(inverse), {g});
  }
};

// Which elements of one axis: begin, begin + step, ..., `count` of them.
struct Section {
  int axis;
  Index begin, step, count;
  Settings settings() const {
    return {{"axis", {double(axis)}}, {"begin", {double(begin)}}, {"step", {double(step)}}};
  }
};

// Copies between a whole array and the section of it; `part` has the section's extents.
void copy_section(const Section& s, const Shape& whole, const Shape& part, bool out_of_whole,
                  const Real* from, Real* to) {
  AxisStrides strided = contiguous_strides(whole);
  const Index offset = s.begin * strided[s.axis];
  strided[s.axis] *= s.step;
  const AxisStrides dense = contiguous_strides(part);
  Backend& backend = Device::current().backend();  // where `apply` saw that the inputs are
  if (out_of_whole) {
    backend.copy(merged({part, strided, dense}), from + offset, to);
  } else {
    backend.copy(merged({part, dense, strided}), from, to + offset);
  }
}

struct SliceOp : Op {
  Section section;
  explicit SliceOp(const Section& section) : section(section) {}
  const char* name() const override { return "slice"; }
  const char* onnx() const override { return "Slice"; }
  Settings settings() const override { return section.settings(); }
  Shape shape(Inputs in) const override {
    Shape out = in[0].shape();
    out[section.axis] = section.count;
    return out;
  }
  void forward(Inputs in, const Tensor& out) const override {
    copy_section(section, in[0].shape(), out.shape(), true, in[0].data(), out.data());
  }
  Tensor vjp(int, const Tensor& g, Inputs in, const Tensor&) const override {
    return place(g, section.axis, section.begin, in[0].dim(section.axis), section.step);
  }
};

struct FlipOp : Op {
  int axis;
  explicit FlipOp(int axis) : axis(axis) {}
  const char* name() const override { return "flip"; }
  const char* onnx() const override { return "Slice"; }
  Settings settings() const override { return {{"axis", {double(axis)}}, {"step", {-1}}}; }
  Shape shape(Inputs in) const override { return in[0].shape(); }
  void forward(Inputs in, const Tensor& out) const override {
    if (out.size() == 0) return;  // there is no last element to begin with
    const Section backwards{axis, out.dim(axis) - 1, -1, out.dim(axis)};
    copy_section(backwards, in[0].shape(), out.shape(), true, in[0].data(), out.data());
  }
  Tensor vjp(int, const Tensor& g, Inputs, const Tensor&) const override { return flip(g, axis); }
};

struct PlaceOp : Op {
  Section section;
  Index extent;
  Real value;
  PlaceOp(const Section& section, Index extent, Real value)
      : section(section), extent(extent), value(value) {}
  const char* name() const override { return "place"; }
  const char* onnx() const override { return "Pad"; }
  Settings settings() const override {
    Settings all = section.settings();
    all["value"] = {value};
    return all;
  }
  Shape shape(Inputs in) const override {
    Shape out = in[0].shape();
    out[section.axis] = extent;
    return out;
  }
  void forward(Inputs in, const Tensor& out) const override {
    out.backend().fill(out.data(), out.size(), value);
    copy_section(section, out.shape(), in[0].shape(), false, in[0].data(), out.data());
  }
  Tensor vjp(int, const Tensor& g, Inputs, const Tensor&) const override {
    return apply(SliceOp(section), {g});
  }
};

struct ConcatOp : Op {
  int axis;
  explicit ConcatOp(int axis) : axis(axis) {}
  const char* name() const override { return "concat"; }
  const char* onnx() const override { return "Concat"; }
  Settings settings() const override { return {{"axis", {double(axis)}}}; }
  Shape shape(Inputs in) const override {
    Shape out = in[0].shape();
    for (const Tensor& part : in.subspan(1)) {
      Shape aligned = part.shape();
      check(aligned.rank() == out.rank(), name(), ": ", out, " with ", aligned);
      out[axis] += aligned[axis];
      aligned[axis] = out[axis];
      check(aligned == out, name(), ": along axis ", axis, ", ", in[0].shape(), " does not fit ",
            part.shape());
    }
    return out;
  }
  void forward(Inputs in, const Tensor& out) const override {
    Index begin = 0;
    for (const Tensor& part : in) {
      const Section section{axis, begin, 1, part.dim(axis)};
      copy_section(section, out.shape(), part.shape(), false, part.data(), out.data());
      begin += part.dim(axis);
    }
  }
  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    Index begin = 0;
    for (int part = 0; part < i; ++part) begin += in[part].dim(axis);
    return slice(g, axis, begin, begin + in[i].dim(axis));
  }
};

void check_table(const char* op, const Tensor& table, const Tensor& index) {
  check(table.rank() == 2 && index.rank() == 1, op, ": a table [rows, width] and an index [n] are ",
        "needed, got ", table.shape(), " and ", index.shape());
}

struct GatherOp : Op {
  const char* name() const override { return "gather"; }
  const char* onnx() const override { return "Gather(x, Cast(y, to=7), axis=0)"; }
  Shape shape(Inputs in) const override {
    check_table(name(), in[0], in[1]);
    return {in[1].dim(0), in[0].dim(1)};
  }
  void forward(Inputs in, const Tensor& out) const override {
    out.backend().gather(out.dim(0), out.dim(1), in[0].dim(0), in[0].data(), in[1].data(),
                         out.data());
  }
  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    return i == 0 ? scatter_add(g, in[1], in[0].dim(0)) : Tensor();
  }
};

struct ScatterAddOp : Op {
  Index table_rows;
  explicit ScatterAddOp(Index table_rows) : table_rows(table_rows) {}
  const char* name() const override { return "scatter_add"; }
  Shape shape(Inputs in) const override {
    check_table(name(), in[0], in[1]);
    check(in[0].dim(0) == in[1].dim(0), name(), ": ", in[0].shape(), " rows but ", in[1].shape(),
          " indices");
    return {table_rows, in[0].dim(1)};
  }
  void forward(Inputs in, const Tensor& out) const override {
    out.backend().scatter_add(in[0].dim(0), out.dim(1), table_rows, in[0].data(), in[1].data(),
                              out.data());
  }
  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    return i == 0 ? gather(g, in[1]) : Tensor();
  }
};

}  // namespace

Tensor reshape(const Tensor& x, const Shape& wanted) {
  Shape shape = wanted;
  Index known = 1;
  int open = -1;
  for (int i = 0; i < shape.rank(); ++i) {
    check(shape[i] >= 0 || open < 0, "reshape: only one extent may be -1, got ", wanted);
    if (shape[i] < 0) open = i;
    if (shape[i] >= 0) known *= shape[i];
  }
  if (open >= 0) shape[open] = known > 0 ? x.size() / known : 0;
  return x.shape() == shape ? x : apply(ReshapeOp(shape), {x});
}

Tensor flatten(const Tensor& x) {
  check(x.rank() >= 1, "flatten: a batch is needed, got ", x.shape());
  return reshape(x, Shape{x.dim(0), x.dim(0) == 0 ? 0 : x.size() / x.dim(0)});
}

Tensor permute(const Tensor& x, const std::vector<int>& order) {
  check(static_cast<int>(order.size()) == x.rank(), "permute: ", order.size(), " axes named for ",
        x.shape());
  Order axes{};
  std::array<bool, Shape::kMaxRank> named{};
  for (int i = 0; i < x.rank(); ++i) {
    axes[i] = x.shape().axis(order[i], "permute");
    check(!named[axes[i]], "permute: axis ", order[i], " is named twice for ", x.shape());
    named[axes[i]] = true;
  }
  return apply(PermuteOp(axes), {x});
}

Tensor transpose(const Tensor& x) {
  check(x.rank() == 2, "transpose: a matrix is needed, got ", x.shape());
  return permute(x, {1, 0});
}

Tensor slice(const Tensor& x, int axis, Index begin, Index end, Index step) {
  axis = x.shape().axis(axis, "slice");
  const Index extent = x.dim(axis);
  if (end < 0) end += extent;
  check(begin >= 0 && begin <= end && end <= extent && step >= 1, "slice: ", begin, " to ", end,
        " by ", step, " does not lie in axis ", axis, " of ", x.shape());
  return apply(SliceOp({axis, begin, step, (end - begin + step - 1) / step}), {x});
}

Tensor place(const Tensor& x, int axis, Index begin, Index extent, Index step) {
  axis = x.shape().axis(axis, "place");
  const Index count = x.dim(axis);
  check(begin >= 0 && step >= 1 && (count == 0 || begin + (count - 1) * step < extent),
        "place: axis ", axis, " of ", x.shape(), " does not fit into ", extent, " elements from ",
        begin, " by ", step);
  return apply(PlaceOp({axis, begin, step, count}, extent, 0), {x});
}

Tensor flip(const Tensor& x, int axis) { return apply(FlipOp(x.shape().axis(axis, "flip")), {x}); }

Tensor pad(const Tensor& x, int axis, Index before, Index after, Real value) {
  axis = x.shape().axis(axis, "pad");
  check(before >= 0 && after >= 0, "pad: ", before, " and ", after, " elements for ", x.shape());
  const Section section{axis, before, 1, x.dim(axis)};
  return apply(PlaceOp(section, before + x.dim(axis) + after, value), {x});
}

Tensor concat(Inputs parts, int axis) {
  check(!parts.empty(), "concat: there is nothing to join");
  for (const Tensor& part : parts) check(part.defined(), "concat: a part is an empty tensor");
  return engine::apply(ConcatOp(parts[0].shape().axis(axis, "concat")), parts);
}

Tensor gather(const Tensor& table, const Tensor& index) {
  return apply(GatherOp(), {table, index});
}

Tensor scatter_add(const Tensor& rows, const Tensor& index, Index table_rows) {
  return apply(ScatterAddOp(table_rows), {rows, index});
}

Tensor one_hot(const Tensor& index, Index classes) {
  check(index.rank() == 1, "one_hot: whole numbers [n] are needed, got ", index.shape());
  std::vector<Real> numbers(static_cast<std::size_t>(classes));
  for (Index c = 0; c < classes; ++c) numbers[c] = static_cast<Real>(c);
  return equal(reshape(index, Shape{index.dim(0), 1}), Tensor::from({1, classes}, numbers));
}

}  // namespace engine
