#include "engine/ops/move.h"

#include <array>

#include "engine/backend.h"
#include "engine/op.h"
#include "engine/ops/pointwise.h"
#include "engine/strides.h"

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

// Copies between a whole array and the section of it, either way.
void copy_section(const Section& s, bool into, const Shape& whole, const Tensor& from,
                  const Tensor& to) {
  Shape part = whole;
  part[s.axis] = s.count;
  const AxisStrides dense = contiguous_strides(part);
  AxisStrides strided = contiguous_strides(whole);
  const Index offset = s.begin * strided[s.axis];
  strided[s.axis] *= s.step;
  const Strides walk = merged(into ? Strides{part, dense, strided} : Strides{part, strided, dense});
  to.backend().copy(walk, from.data() + (into ? 0 : offset), to.data() + (into ? offset : 0));
}

// Slicing a section out of the whole, and placing one into a constant whole: each is the other's
// gradient.
struct SectionOp : Op {
  Section section;
  bool into;
  Index extent;  // of the whole
  Real value;
  SectionOp(const Section& section, bool into, Index extent, Real value = 0)
      : section(section), into(into), extent(extent), value(value) {}
  const char* name() const override { return into ? "place" : "slice"; }
  const char* onnx() const override { return into ? "Pad" : "Slice"; }
  Settings settings() const override {
    Settings all = section.settings();
    if (into) all["value"] = {value};
    return all;
  }
  Shape shape(Inputs in) const override {
    Shape out = in[0].shape();
    out[section.axis] = into ? extent : section.count;
    return out;
  }
  void forward(Inputs in, const Tensor& out) const override {
    if (into) out.backend().fill(out.data(), out.size(), value);
    copy_section(section, into, into ? out.shape() : in[0].shape(), in[0], out);
  }
  Tensor vjp(int, const Tensor& g, Inputs, const Tensor&) const override {
    return apply(SectionOp(section, !into, extent), {g});
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
    if (out.size() == 0) return;  // there is no last element to start from
    const Section backwards{axis, out.dim(axis) - 1, -1, out.dim(axis)};
    copy_section(backwards, false, out.shape(), in[0], out);
  }
  Tensor vjp(int, const Tensor& g, Inputs, const Tensor&) const override { return flip(g, axis); }
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
      copy_section(section, true, out.shape(), part, out);
      begin += part.dim(axis);
    }
  }
  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    Index begin = 0;
    for (int part = 0; part < i; ++part) begin += in[part].dim(axis);
    return slice(g, axis, begin, begin + in[i].dim(axis));
  }
};

// Rows of a table by index, and rows added to a table of zeros: each is the other's gradient.
struct TableOp : Op {
  bool into;
  Index table_rows;
  TableOp(bool into, Index table_rows) : into(into), table_rows(table_rows) {}
  const char* name() const override { return into ? "scatter_add" : "gather"; }
  const char* onnx() const override { return into ? nullptr : "Gather(x, Cast(y, to=7), axis=0)"; }
  Shape shape(Inputs in) const override {
    const Shape &rows = in[0].shape(), &index = in[1].shape();
    check(rows.rank() == 2 && index.rank() == 1, name(),
          ": expected a table [rows, width] and an index ", "[n], got ", rows, " and ", index);
    check(!into || rows[0] == index[0], name(), ": ", rows, " rows but ", index, " indices");
    return {into ? table_rows : index[0], rows[1]};
  }
  void forward(Inputs in, const Tensor& out) const override {
    const Index n = in[1].dim(0), width = out.dim(1);
    const Real *from = in[0].data(), *index = in[1].data();
    if (into) return out.backend().scatter_add(n, width, table_rows, from, index, out.data());
    out.backend().gather(n, width, table_rows, from, index, out.data());
  }
  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    return i == 0 ? apply(TableOp(!into, table_rows), {g, in[1]}) : Tensor();
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
  check(x.rank() >= 1, "flatten: expected a batch, got ", x.shape());
  return reshape(x, Shape{x.dim(0), x.dim(0) == 0 ? 0 : x.size() / x.dim(0)});
}

Tensor permute(const Tensor& x, const std::vector<int>& order) {
  check(static_cast<int>(order.size()) == x.rank(), "permute: ", order.size(), " axes named for ",
        x.shape());
  Order axes{};
  std::array<bool, Shape::kMaxRank> named{};
  for (int i = 0; i < x.rank(); ++i) {
    axes[i] = x.shape().axis(order[i], "permute");
    check(!named[axes[i]], "permute: axis ", order[i], " occurs twice for ", x.shape());
    named[axes[i]] = true;
  }
  return apply(PermuteOp(axes), {x});
}

Tensor transpose(const Tensor& x) {
  check(x.rank() == 2, "transpose: expected a matrix, got ", x.shape());
  return permute(x, {1, 0});
}

Tensor slice(const Tensor& x, int axis, Index begin, Index end, Index step) {
  axis = x.shape().axis(axis, "slice");
  const Index extent = x.dim(axis);
  if (end < 0) end += extent;
  check(begin >= 0 && begin <= end && end <= extent && step >= 1, "slice: ", begin, " to ", end,
        " by ", step, " does not lie in axis ", axis, " of ", x.shape());
  return apply(SectionOp({axis, begin, step, (end - begin + step - 1) / step}, false, extent), {x});
}

Tensor place(const Tensor& x, int axis, Index begin, Index extent, Index step) {
  axis = x.shape().axis(axis, "place");
  const Index count = x.dim(axis);
  check(begin >= 0 && step >= 1 && (count == 0 || begin + (count - 1) * step < extent),
        "place: axis ", axis, " of ", x.shape(), " does not fit into ", extent, " elements from ",
        begin, " by ", step);
  return apply(SectionOp({axis, begin, step, count}, true, extent), {x});
}

Tensor flip(const Tensor& x, int axis) { return apply(FlipOp(x.shape().axis(axis, "flip")), {x}); }

Tensor pad(const Tensor& x, int axis, Index before, Index after, Real value) {
  axis = x.shape().axis(axis, "pad");
  check(before >= 0 && after >= 0, "pad: ", before, " and ", after, " elements for ", x.shape());
  const Section section{axis, before, 1, x.dim(axis)};
  return apply(SectionOp(section, true, before + x.dim(axis) + after, value), {x});
}

Tensor concat(Inputs parts, int axis) {
  check(!parts.empty(), "concat: no tensors to join");
  for (const Tensor& part : parts) check(part.defined(), "concat: one of the tensors is empty");
  return engine::apply(ConcatOp(parts[0].shape().axis(axis, "concat")), parts);
}

Tensor gather(const Tensor& table, const Tensor& index) {
  const Index rows = table.defined() && table.rank() > 0 ? table.dim(0) : 0;
  return apply(TableOp(false, rows), {table, index});
}

Tensor scatter_add(const Tensor& rows, const Tensor& index, Index table_rows) {
  return apply(TableOp(true, table_rows), {rows, index});
}

}  // namespace engine
