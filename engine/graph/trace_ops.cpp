// The engine's ops in ONNX's words: one row each, and the list of those that are left out on
// purpose. A test holds that every op is in one of the two.
#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/graph/traced_op.h"

namespace engine::graph {
namespace {

using Extents = std::vector<Index>;

// --- Windows ---------------------------------------------------------------------------------

// [top, left, bottom, right] where bottom and right are what is missing at the ends of the larger
// image, `large`, for the windows over it, `small`. Negative: pixels that no window reaches.
Extents pads(const TracedOp& t, const Shape& large, const Shape& small) {
  const Extents kernel = t.whole("kernel"), stride = t.whole("stride"),
                dilation = t.whole("dilation"), before = t.whole("padding");
  Extents result = before;
  for (int i = 0; i < 2; ++i)
    result.push_back((small[i + 1] - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 -
                     before[i] - large[i + 1]);
  return result;
}

TracedOp::Attributes windows(const TracedOp& t, Extents pads) {
  for (Index& pad : pads) pad = std::max<Index>(pad, 0);
  return {{"kernel_shape", t.whole("kernel")}, {"strides", t.whole("stride")}, {"pads", pads}};
}

Written conv(const TracedOp& t) {
  TracedOp::Attributes attributes = windows(t, pads(t, t.shape(0), t.shape()));
  attributes["dilations"] = t.whole("dilation");
  return {t.node("Conv", {t.image(0), t.image(1)}, attributes), true};
}

// Inputs: kernel, image.
Written conv_transpose(const TracedOp& t) {
  const Extents padding = pads(t, t.shape(), t.shape(1));
  TracedOp::Attributes attributes = windows(t, padding);
  attributes["dilations"] = t.whole("dilation");
  attributes["output_padding"] =
      Extents{std::max<Index>(-padding[2], 0), std::max<Index>(-padding[3], 0)};
  return {t.node("ConvTranspose", {t.image(1), t.image(0)}, attributes), true};
}

Written average_pool(const TracedOp& t) {
  TracedOp::Attributes attributes = windows(t, pads(t, t.shape(0), t.shape()));
  attributes["count_include_pad"] = static_cast<Index>(t.setting("count_padding"));
  return {t.node("AveragePool", {t.image(0)}, attributes), true};
}

// Inputs: where the maximum is, and the values.
Written max_pool(const TracedOp& t) {
  return {t.node("MaxPool", {t.image(1)}, windows(t, pads(t, t.shape(1), t.shape()))), true};
}

// --- Moving ----------------------------------------------------------------------------------

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

Written reshape(const TracedOp& t) {
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
  const Extents extents = t.extents();
  if (std::count(extents.begin(), extents.end(), -1) > 1)
    t.refuse("has several extents that depend on the size of the batch");
  return {t.node("Reshape", {t.in_sequence(0), t.numbers(extents)})};
}

Written permute(const TracedOp& t) {
  Extents order = t.whole("order");
  order.resize(static_cast<std::size_t>(t.shape().rank()));
  return {t.node("Transpose", {t.plain(0)}, {{"perm", order}})};
}

Written slice(const TracedOp& t) {
  const int axis = static_cast<int>(t.setting("axis"));
  const auto begin = static_cast<Index>(t.setting("begin")),
             step = static_cast<Index>(t.setting("step"));
  Index end = begin + (t.shape()[axis] - 1) * step + 1;
  if (t.extents()[axis] < 0) {  // of the batch: all that follow, or it cannot be said
    if (end + step <= t.shape(0)[axis]) t.refuse("ends where the size of the batch says");
    end = std::numeric_limits<Index>::max();
  }
  return t.result("Slice", {t.in(0), t.numbers({begin}), t.numbers({end}),
                            t.numbers({t.axis(axis)}), t.numbers({step})});
}

Written flip(const TracedOp& t) {
  constexpr Index kBeforeTheFirst = std::numeric_limits<Index>::min();
  const Index axis = t.axis(static_cast<int>(t.setting("axis")));
  return t.result("Slice", {t.in(0), t.numbers({-1}), t.numbers({kBeforeTheFirst}),
                            t.numbers({axis}), t.numbers({-1})});
}

// Padding; put with a step, it is the gradient of a slice.
Written place(const TracedOp& t) {
  const int axis = static_cast<int>(t.setting("axis"));
  if (t.setting("step") != 1)
    t.refuse("has no counterpart in ONNX: put with a step, it is the gradient of a slice");
  if (t.depends_on_batch(0, axis)) t.refuse("pads by the size of the batch");
  const auto before = static_cast<Index>(t.setting("begin"));
  Extents pads(2 * static_cast<std::size_t>(t.shape().rank()), 0);
  pads[t.axis(axis)] = before;
  pads[t.axis(axis) + t.shape().rank()] = t.shape()[axis] - before - t.shape(0)[axis];
  return t.result("Pad", {t.in(0), t.numbers(pads), t.number(t.setting("value"))});
}

Written concat(const TracedOp& t) {
  std::vector<std::string> parts;
  for (int i = 0; i < t.count(); ++i) parts.push_back(t.in(i));
  const Index axis = t.axis(static_cast<int>(t.setting("axis")));
  return t.result("Concat", parts, {{"axis", axis}});
}

Written gather(const TracedOp& t) {
  const std::string index = t.node("Cast", {t.plain(1)}, {{"to", Index{7}}});
  return {t.node("Gather", {t.plain(0), index}, {{"axis", Index{0}}})};
}

// Axis i of the input as one of the shape `to`, aligned at the last; -1: there is none.
int aligned(const TracedOp& t, int i) { return i - (t.shape(0).rank() - t.shape().rank()); }

Written sum_to(const TracedOp& t) {
  Extents axes, gone;
  for (int i = 0; i < t.shape(0).rank(); ++i) {
    const int to = aligned(t, i);
    if (to < 0) gone.push_back(i);
    if (to < 0 || (t.shape()[to] == 1 && t.shape(0)[i] != 1)) axes.push_back(t.axis(i));
  }
  const Written sum = t.result("ReduceSum", {t.in(0), t.numbers(axes)}, {{"keepdims", Index{1}}});
  if (gone.empty()) return sum;
  return {t.node("Squeeze", {sum.name, t.numbers(gone)})};
}

Written max(const TracedOp& t) {
  Extents axes;
  for (int i = 0; i < t.shape().rank(); ++i)
    if (t.shape()[i] == 1 && t.shape(0)[i] != 1) axes.push_back(t.axis(i));
  if (axes.empty()) return t.result("Identity", {t.in(0)});
  return t.result("ReduceMax", {t.in(0)}, {{"axes", axes}, {"keepdims", Index{1}}});
}

Written expand_to(const TracedOp& t) {
  const Extents to = t.extents();
  Extents target(to.size(), 1);  // 1: as it is
  for (int i = 0; i < t.shape().rank(); ++i) {
    const int from = i - (t.shape().rank() - t.shape(0).rank());
    const bool kept = from >= 0 && t.shape(0)[from] == t.shape()[i];
    if (!kept && to[i] < 0) t.refuse("repeats by the size of the batch");
    if (!kept) target[i] = to[i];
  }
  return {t.node("Expand", {t.plain(0), t.numbers(target)})};
}

// Gemm takes matrices alone; of stacks, one is transposed before.
Written product(const TracedOp& t, std::string a, std::string b, const std::string& transposed) {
  if (t.shape().rank() == 2) return {t.node("Gemm", {a, b}, {{transposed, Index{1}}})};
  std::string& turned = transposed == "transA" ? a : b;
  turned = t.node("Transpose", {turned}, {{"perm", std::vector<Index>{0, 2, 1}}});
  return {t.node("MatMul", {a, b})};
}

// --- The table -------------------------------------------------------------------------------

const Writer kWriters[] = {
    {"alias", "Identity"},
    {"conv2d", nullptr, conv},
    {"conv2d_transpose", nullptr, conv_transpose},
    {"average_pool", nullptr, average_pool},
    {"max_pool", nullptr, max_pool},
    {"matmul", nullptr,  // inputs: b, a
     [](const TracedOp& t) {
       return Written{t.node("MatMul", {t.plain(1), t.plain(0)})};
     }},
    {"matmul_nt", nullptr,
     [](const TracedOp& t) { return product(t, t.plain(0), t.plain(1), "transB"); }},
    {"matmul_tn", nullptr,  // inputs: b, a
     [](const TracedOp& t) { return product(t, t.plain(1), t.plain(0), "transA"); }},
    {"reshape", nullptr, reshape},
    {"permute", nullptr, permute},
    {"slice", nullptr, slice},
    {"flip", nullptr, flip},
    {"place", nullptr, place},
    {"concat", nullptr, concat},
    {"gather", nullptr, gather},
    {"sum_to", nullptr, sum_to},
    {"max", nullptr, max},
    {"expand_to", nullptr, expand_to},
};

// Ops of gradients, which a network in evaluation does not hold.
struct LeftOut {
  const char* op;
  const char* reason;
};

const LeftOut kLeftOut[] = {
    {"average_pool_adjoint", "it is the gradient of average_pool"},
    {"conv2d_weight_grad", "it is the gradient of conv2d"},
    {"max_pool_adjoint", "it is the gradient of max_pool"},
    {"scatter_add", "it is the gradient of gather"},
    {"solve", "ONNX has no op that solves equations"},
};

const Writer* row_of(const std::string& op) {
  for (const std::span<const Writer> part :
       {std::span<const Writer>(kWriters), pointwise_writers()})
    for (const Writer& row : part)
      if (op == row.op) return &row;
  return nullptr;
}

}  // namespace

bool is_written(const std::string& op) { return row_of(op) != nullptr; }

std::string left_out(const std::string& op) {
  const auto* entry = std::find_if(std::begin(kLeftOut), std::end(kLeftOut),
                                   [&](const LeftOut& e) { return op == e.op; });
  return entry == std::end(kLeftOut) ? "" : entry->reason;
}

Written write_traced(const TracedOp& t) {
  const std::string name = t.op().name();
  const Writer* row = row_of(name);
  if (row == nullptr) {
    const std::string reason = left_out(name);
    if (!reason.empty()) t.refuse("has no counterpart in ONNX: " + reason);
    t.refuse("has no counterpart in ONNX yet: add a row '" + name +
             "' to engine/graph/trace_pointwise.cpp (a row of pointwise.def) or trace_ops.cpp");
  }
  if (row->write) return row->write(t);
  std::vector<std::string> inputs;
  for (int i = 0; i < t.count(); ++i) inputs.push_back(t.in(i));
  return t.result(row->same, inputs);
}

}  // namespace engine::graph
