// Ops that only move elements: the same rows serve tensors and integers.
#include "engine/ops/move.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/graph/ops/table.h"
#include "engine/graph/ops/take.h"
#include "engine/graph/traced_op.h"

namespace engine::graph {
namespace {

void concat(const Call& c) {
  std::vector<Value> parts;
  Index total = 0;
  for (int i = 0; i < c.inputs(); ++i) {
    parts.push_back(c.in(i));
    total += c.in(i).size();
  }
  c.allow({total});
  c.out(joined(parts, static_cast<int>(c.integer("axis", 1))));
}

void split(const Call& c) {
  const Value& x = c.in(0);
  const int axis = x.place(static_cast<int>(c.integer("axis", 0)));
  const Index extent = x.is_whole() ? x.shape()[axis] : x.stored().dim(axis);
  const Index each = (extent + c.outputs() - 1) / c.outputs();
  std::vector<Index> sizes =
      c.integers("split", 1, std::vector<Index>(static_cast<std::size_t>(c.outputs()), each));
  check(static_cast<int>(sizes.size()) == c.outputs(), sizes.size(), " sizes for ", c.outputs(),
        " outputs");
  const bool given = c.has(1) || c.given("split");
  Index begin = 0;
  for (int i = 0; i < c.outputs(); ++i) {
    check(sizes[i] >= 0, "a part of ", sizes[i], " elements was requested");
    const Index end = begin + std::min(sizes[i], extent - begin);
    const bool last = i + 1 == c.outputs();
    check(!given || (sizes[i] == end - begin && (!last || end == extent)),
          "the requested sizes are not ", extent, " together");
    c.out(in_place(x, [&](const Tensor& t) { return engine::slice(t, axis, begin, end); }), i);
    begin = end;
  }
}

// Positions begin, begin + step, ... as ONNX clamps them: backwards from before the first element,
// that one is taken; NumPy and TensorFlow take `nothing_before` it.
std::vector<Index> section(Index extent, Index begin, Index end, Index step, bool nothing_before) {
  check(step != 0, "a step of 0");
  if (extent == 0) return {};
  const auto clamped = [&](Index i, Index low, Index high) {
    if (i < 0) i += extent;
    return std::clamp(i, low, high);
  };
  begin =
      step > 0 ? clamped(begin, 0, extent) : clamped(begin, nothing_before ? -1 : 0, extent - 1);
  end = step > 0 ? clamped(end, 0, extent) : clamped(end, -1, extent - 1);
  step = std::clamp(step, -extent - 1, extent + 1);
  std::vector<Index> positions;
  for (Index i = begin; step > 0 ? i < end : i > end; i += step) positions.push_back(i);
  return positions;
}

void slice(const Call& c) {
  const std::vector<Index> begins = c.integers("starts", 1, {}), ends = c.integers("ends", 2, {});
  std::vector<Index> axes(begins.size());
  std::iota(axes.begin(), axes.end(), 0);
  axes = c.integers("axes", 3, axes);
  const std::vector<Index> steps = c.integers("steps", 4, std::vector<Index>(begins.size(), 1));
  check(
      ends.size() == begins.size() && axes.size() == begins.size() && steps.size() == begins.size(),
      "starts, ends, axes and steps differ in length");
  const bool nothing_before = c.integer("nothing_before", 0) != 0;  // of TensorFlow, not ONNX's
  Value x = c.in(0);
  const Axes at = places(x, axes);
  for (std::size_t i = 0; i < begins.size(); ++i)
    x = in_place(x, [&](const Tensor& t) {
      const std::vector<Index> p =
          section(t.dim(at[i]), begins[i], ends[i], steps[i], nothing_before);
      if (steps[i] == -1 && static_cast<Index>(p.size()) == t.dim(at[i])) return flip(t, at[i]);
      if (steps[i] < 0) return take(t, at[i], p);
      return p.empty() ? engine::slice(t, at[i], 0, 0)
                       : engine::slice(t, at[i], p.front(), p.back() + 1,
                                       std::min(steps[i], t.dim(at[i])));
    });
  c.out(x);
}

void transpose(const Call& c) {
  const Value& x = c.in(0);
  std::vector<Index> order(static_cast<std::size_t>(x.rank()));
  std::iota(order.rbegin(), order.rend(), 0);
  order = c.integers("perm", order);
  check(static_cast<int>(order.size()) == x.rank(), order.size(), " axes for ", x.shape());
  const Axes at = places(x, order);
  // A transposition from NHWC to NCHW is free, because images are stored channels-last.
  bool to_image =
      !c.nhwc() && !x.is_whole() && !x.channels_last() && x.rank() >= 3 && order[0] == 0;
  for (int i = 1; i < x.rank(); ++i) to_image = to_image && order[i] == (i == 1 ? x.rank() : i) - 1;
  if (to_image) return c.out(Value::image(x.stored(), x.type()));
  const std::vector<int> stored_order(at.begin(), at.end());
  const auto permuted = [&](const Tensor& t) { return reordered(t, stored_order); };
  c.out(x.is_whole() ? moved(x, permuted) : Value(permuted(x.stored()), x.type()));
}

// --- Padding ---------------------------------------------------------------------------------

Tensor padded(const Tensor& x, int axis, Index before, Index after, const std::string& mode,
              Real value) {
  const Index cut = std::max<Index>(-before, 0), end = x.dim(axis) - std::max<Index>(-after, 0);
  check(cut <= end, "padding by ", before, " and ", after, " leaves nothing of ", x.shape());
  const Tensor kept = engine::slice(x, axis, cut, end);
  before = std::max<Index>(before, 0);
  after = std::max<Index>(after, 0);
  if (mode == "constant") return engine::pad(kept, axis, before, after, value);
  const Index n = end - cut;
  const bool reflect = mode == "reflect";
  check(n > 0 && (!reflect || std::max(before, after) < n), mode, " padding by ", before, " and ",
        after, " needs more than ", n, " elements");
  std::vector<Index> positions;
  for (Index i = -before; i < n + after; ++i)
    positions.push_back(reflect ? (i < 0    ? -i
                                   : i >= n ? 2 * (n - 1) - i
                                            : i)
                                : std::clamp<Index>(i, 0, n - 1));
  return take(kept, axis, positions);
}

// Before and after each axis. From opset 18 on, input 3 may name the axes that are padded.
std::vector<Index> all_pads(const Call& c, int rank) {
  const std::vector<Index> given = c.integers("pads", 1, {});
  if (!c.has(3)) return given;
  const Whole& axes = c.numbers(3);
  check(given.size() == 2 * axes.size(), given.size(), " pads for ", axes.size(), " axes");
  std::vector<Index> pads(static_cast<std::size_t>(2 * rank), 0);
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const Index axis = axes[k] < 0 ? axes[k] + rank : axes[k];
    check(axis >= 0 && axis < rank, "axis ", axes[k], " does not exist in ", c.in(0).shape());
    pads[axis] = given[k];
    pads[axis + rank] = given[k + axes.size()];
  }
  return pads;
}

void pad(const Call& c) {
  const Value& x = c.in(0);
  const std::string mode = c.text("mode", "constant");
  if (mode != "constant" && mode != "reflect" && mode != "edge") unsupported("padding by ", mode);
  const int rank = x.rank();
  const std::vector<Index> pads = all_pads(c, rank);
  check(static_cast<int>(pads.size()) == 2 * rank, pads.size(), " pads for ", x.shape());
  const double value = c.has(2) ? c.number(2) : c.real("value", 0);
  check(!x.is_whole() || std::abs(value) < 0x1p63, "padding whole numbers with ", value);
  const Shape from = x.shape();
  std::vector<Index> extents(from.begin(), from.end());
  for (int i = 0; i < rank; ++i) {
    constexpr Index kMost = Index{1} << 31;
    for (Index by : {pads[i], pads[i + rank]}) check(by < kMost && by > -kMost, "padding by ", by);
    extents[i] += std::max<Index>(pads[i], 0) + std::max<Index>(pads[i + rank], 0);
  }
  c.allow(Shape(extents));
  const auto fill = static_cast<std::int64_t>(x.is_whole() ? value : 0);
  c.out(in_place(
      x,
      [&](Tensor t) {
        for (int i = 0; i < rank; ++i)
          if (pads[i] != 0 || pads[i + rank] != 0)
            t = padded(t, x.place(i), pads[i], pads[i + rank], mode,
                       x.is_whole() ? kFill : static_cast<Real>(value));
        return t;
      },
      fill));
}

// --- Repeating and picking -------------------------------------------------------------------

void expand(const Call& c) {
  const Shape wanted = c.shape({c.numbers(1).begin(), c.numbers(1).end()});
  const Shape shape = broadcast("broadcast", c.in(0).shape(), wanted);
  c.allow(shape);
  c.out(moved(c.in(0), [&](const Tensor& t) { return expand_to(t, shape); }));
}

void tile(const Call& c) {
  const Whole& repeats = c.numbers(1);
  const Shape from = c.in(0).shape();
  check(static_cast<int>(repeats.size()) == from.rank(), repeats.size(), " repeats for ", from);
  std::vector<Index> extents;
  for (int i = 0; i < from.rank(); ++i) {
    c.allow({repeats[i]});
    extents.push_back(from[i] * repeats[i]);
  }
  c.allow(Shape(extents));
  c.out(moved(c.in(0), [&](Tensor t) {
    for (int i = 0; i < from.rank(); ++i) {
      std::vector<Index> positions;
      for (Index p = 0; p < extents[i]; ++p) positions.push_back(p % from[i]);
      if (repeats[i] != 1) t = take(t, i, positions);
    }
    return t;
  }));
}

void gather(const Call& c) {
  const Value &x = c.in(0), &index = c.in(1);
  const int axis = places(x, {c.integer("axis", 0)})[0];  // in stored()
  const int in_file =
      static_cast<int>(c.integer("axis", 0)) + (c.integer("axis", 0) < 0 ? x.rank() : 0);
  const Shape from = x.shape();
  Whole positions = index.whole();
  for (Index& p : positions) {
    check(p >= -from[in_file] && p < from[in_file], "index ", p, " is not in axis ", in_file,
          " of ", from);
    if (p < 0) p += from[in_file];
  }
  std::vector<Index> extents(from.begin(), from.begin() + in_file);
  const Shape grid = index.shape();
  extents.insert(extents.end(), grid.begin(), grid.end());
  extents.insert(extents.end(), from.begin() + in_file + 1, from.end());
  const Shape shape = c.shape(extents);
  if (index.rank() == 1)
    return c.out(in_place(x, [&](const Tensor& t) { return take(t, axis, positions); }));
  c.out(moved(x, [&](const Tensor& t) { return reshape(take(t, in_file, positions), shape); }));
}

// --- Blocks of pixels and channels -----------------------------------------------------------

Index block_size(const Call& c) {
  const Index b = c.whole("blocksize");
  check(b >= 1 && b <= 1024, "a block size of ", b);
  return b;
}

void depth_to_space(const Call& c) {
  const Tensor x = c.image(0);
  const Index b = block_size(c);
  check(x.rank() == 4 && x.dim(3) % (b * b) == 0, "blocks of ", b, " do not fit ", c.in(0).shape());
  const Index n = x.dim(0), h = x.dim(1), w = x.dim(2), depth = x.dim(3) / (b * b);
  const Tensor y = c.text("mode", "DCR") == "CRD"
                       ? permute(reshape(x, {n, h, w, depth, b, b}), {0, 1, 4, 2, 5, 3})
                       : permute(reshape(x, {n, h, w, b, b, depth}), {0, 1, 3, 2, 4, 5});
  c.out_image(reshape(y, {n, h * b, w * b, depth}));
}

void space_to_depth(const Call& c) {
  const Tensor x = c.image(0);
  const bool by_channel = c.text("mode", "DCR") == "CRD";
  const Index b = block_size(c);
  check(x.rank() == 4 && x.dim(1) % b == 0 && x.dim(2) % b == 0, "blocks of ", b, " do not fit ",
        c.in(0).shape());
  const Index n = x.dim(0), h = x.dim(1) / b, w = x.dim(2) / b, depth = x.dim(3);
  const Tensor blocks = reshape(x, {n, h, b, w, b, depth});
  const Tensor y =
      by_channel ? permute(blocks, {0, 1, 3, 5, 2, 4}) : permute(blocks, {0, 1, 3, 2, 4, 5});
  c.out_image(reshape(y, {n, h, w, b * b * depth}));
}

// --- Writing ---------------------------------------------------------------------------------

Written write_concat(const TracedOp& t) {
  std::vector<std::string> parts;
  for (int i = 0; i < t.count(); ++i) parts.push_back(t.in(i));
  const Index axis = t.axis(static_cast<int>(t.setting("axis")));
  return t.result("Concat", parts, {{"axis", axis}});
}

Written write_expand(const TracedOp& t) {
  const std::vector<Index> to = t.extents();
  std::vector<Index> target(to.size(), 1);  // 1: unchanged
  for (int i = 0; i < t.shape().rank(); ++i) {
    const int from = i - (t.shape().rank() - t.shape(0).rank());
    const bool kept = from >= 0 && t.shape(0)[from] == t.shape()[i];
    if (!kept && to[i] < 0) t.refuse("repeats by the size of the batch");
    if (!kept) target[i] = to[i];
  }
  return {t.node("Expand", {t.plain(0), t.numbers(target)})};
}

// Padding; put with a step, it is the gradient of a slice.
Written write_pad(const TracedOp& t) {
  const int axis = static_cast<int>(t.setting("axis"));
  if (t.setting("step") != 1)
    t.refuse("has no counterpart in ONNX: put with a step, it is the gradient of a slice");
  if (t.depends_on_batch(0, axis)) t.refuse("pads by the size of the batch");
  const auto before = static_cast<Index>(t.setting("begin"));
  std::vector<Index> pads(2 * static_cast<std::size_t>(t.shape().rank()), 0);
  pads[t.axis(axis)] = before;
  pads[t.axis(axis) + t.shape().rank()] = t.shape()[axis] - before - t.shape(0)[axis];
  return t.result("Pad", {t.in(0), t.numbers(pads), t.number(t.setting("value"))});
}

Written write_slice(const TracedOp& t) {
  const int axis = static_cast<int>(t.setting("axis"));
  const auto step = static_cast<Index>(t.setting("step"));
  const auto written = [&](Index begin, Index end) {
    return t.result("Slice", {t.in(0), t.numbers({begin}), t.numbers({end}),
                              t.numbers({t.axis(axis)}), t.numbers({step})});
  };
  if (step == -1) return written(-1, std::numeric_limits<Index>::min());  // a flip
  const auto begin = static_cast<Index>(t.setting("begin"));
  Index end = begin + (t.shape()[axis] - 1) * step + 1;
  if (t.extents()[axis] <
      0) {  // of the batch: all elements that follow, otherwise there is no ONNX equivalent
    if (end + step <= t.shape(0)[axis]) t.refuse("ends where the size of the batch says");
    end = std::numeric_limits<Index>::max();
  }
  return written(begin, end);
}

Written write_transpose(const TracedOp& t) {
  std::vector<Index> order = t.whole("order");
  order.resize(static_cast<std::size_t>(t.shape().rank()));
  return {t.node("Transpose", {t.plain(0)}, {{"perm", order}})};
}

const Operator kMoveOperators[] = {
    {"Concat", concat, write_concat},
    {"DepthToSpace", depth_to_space},
    {"Expand", expand, write_expand},
    {"Gather", gather},
    {"Pad", pad, write_pad},
    {"Slice", slice, write_slice},
    {"SpaceToDepth", space_to_depth},
    {"Split", split},
    {"Tile", tile},
    {"Transpose", transpose, write_transpose},
};

}  // namespace

std::span<const Operator> move_operators() { return kMoveOperators; }

}  // namespace engine::graph
