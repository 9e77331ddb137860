// TensorFlow ops that index, slice, join and permute arrays, as ONNX ops.
#include <algorithm>
#include <limits>

#include "engine/graph/rewrite_node.h"

namespace engine::graph {
namespace {

// Ends of an axis of any extent.
constexpr Index kFirst = std::numeric_limits<Index>::min(),
                kLast = std::numeric_limits<Index>::max();
constexpr Index kMostExtent = Index{1} << 31;

// Positions of some axes, as Slice takes them.
struct Cuts {
  std::vector<Index> axes, begins, ends, steps;

  void add(Index axis, Index begin, Index end, Index step = 1) {
    axes.push_back(axis);
    begins.push_back(begin);
    ends.push_back(end);
    steps.push_back(step);
  }
  std::map<std::string, Attribute> attributes() const {
    return {{"starts", begins},
            {"ends", ends},
            {"axes", axes},
            {"steps", steps},
            {"nothing_before", Index{1}}};
  }
};

// Ops one after another, from the node's first input; the last one makes the node's value.
class Chain {
 public:
  explicit Chain(const Rewrite& r) : r_(r), value_(r.input(0)) {}

  Chain& then(const char* op, std::map<std::string, Attribute> attributes) {
    const std::string made = r_.node.name() + "/" + op;
    nodes_.push_back({made, op, {value_}, {made}, std::move(attributes)});
    value_ = made;
    return *this;
  }
  Chain& cut(const Cuts& cuts) {
    return cuts.axes.empty() ? *this : then("Slice", cuts.attributes());
  }
  void end(const std::string& as) {
    if (nodes_.empty()) then("Identity", {});
    nodes_.back().name = as;
    nodes_.back().outputs = {as};
    r_.model.nodes.insert(r_.model.nodes.end(), nodes_.begin(), nodes_.end());
  }

 private:
  const Rewrite& r_;
  std::string value_;
  std::vector<Node> nodes_;
};

// One number that must be constant.
Index number(const Rewrite& r, std::size_t i) {
  const Whole& numbers = r.numbers(i);
  if (numbers.size() != 1) unsupported("input ", i, " has ", numbers.size(), " numbers");
  return numbers[0];
}

// Names of a node's results: "n", "n:1", "n:2", ...
std::vector<std::string> results_of(const Rewrite& r, std::size_t count) {
  std::vector<std::string> names{r.node.name()};
  for (std::size_t i = 1; i < count; ++i) names.push_back(r.node.name() + ":" + std::to_string(i));
  return names;
}

// Names of values between a node's inputs and its results.
std::vector<std::string> parts_of(const Rewrite& r, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i)
    names.push_back(r.node.name() + "/part " + std::to_string(i));
  return names;
}

std::size_t count_of(const Rewrite& r, const char* name) {
  constexpr Index kMost = 1024;
  const Index count = r.integer(name, 0);
  if (count < 1 || count > kMost) unsupported(name, " of ", count);
  return static_cast<std::size_t>(count);
}

Index next(Index i) { return i == -1 || i == kLast ? kLast : i + 1; }

// --- Picking and cutting -------------------------------------------------------------------------

// x[begin:end:step, ...] with TensorFlow's masks. Entry i of the three lists is a section of an
// axis, one element of it (shrink), a new axis, or the ellipsis; without one, it is at the end. The
// axes after it are counted from the end, so that the rank need not be known.
void strided_slice(const Rewrite& r) {
  const Whole &begins = r.numbers(1), &ends = r.numbers(2), &steps = r.numbers(3);
  const std::size_t count = begins.size();
  if (ends.size() != count || steps.size() != count) unsupported("lists of different lengths");
  const auto is_ellipsis = [&](std::size_t i) { return r.bit("ellipsis_mask", i); };
  const auto is_new = [&](std::size_t i) { return r.bit("new_axis_mask", i); };
  const auto is_single = [&](std::size_t i) { return !is_new(i) && r.bit("shrink_axis_mask", i); };
  Cuts cuts;
  std::vector<Index> gone, added;
  Index axis = 0, made = 0;  // of x, and of the result
  bool behind = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (is_ellipsis(i)) {
      if (behind) unsupported("two ellipses");
      behind = true;
      axis = made = 0;
      for (std::size_t k = i + 1; k < count; ++k) {
        axis -= is_new(k) ? 0 : 1;
        made -= is_single(k) ? 0 : 1;
      }
      continue;
    }
    if (is_new(i)) {
      added.push_back(made++);
      continue;
    }
    const Index step = steps[i];
    if (is_single(i)) {
      if (step < 1) unsupported("a single index with a step of ", step);
      cuts.add(axis, begins[i], next(begins[i]));
      gone.push_back(axis);
    } else {
      const Index begin = step > 0 ? 0 : kLast, end = step > 0 ? kLast : kFirst;
      cuts.add(axis, r.bit("begin_mask", i) ? begin : begins[i],
               r.bit("end_mask", i) ? end : ends[i], step);
      ++made;
    }
    ++axis;
  }
  Chain chain(r);
  chain.cut(cuts);
  if (!gone.empty()) chain.then("Squeeze", {{"axes", gone}});
  if (!added.empty()) chain.then("Unsqueeze", {{"axes", added}});
  chain.end(r.node.name());
}

// (x, begin, size), where a size of -1 is all that is left.
void slice(const Rewrite& r) {
  const Whole &begins = r.numbers(1), &sizes = r.numbers(2);
  if (begins.size() != sizes.size()) unsupported("lists of different lengths");
  Cuts cuts;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const bool fits = begins[i] >= 0 && begins[i] <= kMostExtent && sizes[i] >= -1;
    if (!fits || sizes[i] > kMostExtent) unsupported("begin ", begins[i], ", size ", sizes[i]);
    cuts.add(static_cast<Index>(i), begins[i], sizes[i] < 0 ? kLast : begins[i] + sizes[i]);
  }
  Chain(r).cut(cuts).end(r.node.name());
}

void gather(const Rewrite& r) {
  if (r.integer("batch_dims", 0) != 0) unsupported("batch_dims");
  const Index axis = r.in.size() > 2 ? number(r, 2) : 0;  // Gather has none
  r.emit("Gather", {r.input(0), r.input(1)}, {{"axis", axis}});
}

// Each axis from its last element to its first.
void reverse(const Rewrite& r) {
  Cuts cuts;
  for (const Index axis : r.numbers(1)) cuts.add(axis, -1, kFirst, -1);
  Chain(r).cut(cuts).end(r.node.name());
}

// --- Taking apart and joining --------------------------------------------------------------------

void emit_split(const Rewrite& r, const std::string& x, std::size_t parts,
                std::map<std::string, Attribute> attributes) {
  r.model.nodes.push_back(
      {r.node.name(), "Split", {x}, results_of(r, parts), std::move(attributes)});
}

// (axis, x): equal parts.
void split(const Rewrite& r) {
  emit_split(r, r.input(1), count_of(r, "num_split"), {{"axis", number(r, 0)}});
}

// (x, sizes, axis); one size may be -1, the rest: what stands behind it is cut from the end.
void split_by_sizes(const Rewrite& r) {
  const Whole& sizes = r.numbers(1);
  const Index axis = number(r, 2);
  const auto count = static_cast<Index>(sizes.size());
  Index open = count, behind = 0;
  for (Index i = 0; i < count; ++i) {
    if (sizes[i] < -1 || sizes[i] > kMostExtent) unsupported("a size of ", sizes[i]);
    if (sizes[i] < 0 && open < count) unsupported("two sizes of -1");
    if (sizes[i] < 0)
      open = i;
    else if (open < count)
      behind += sizes[i];
  }
  if (open == count)
    return emit_split(r, r.input(0), sizes.size(), {{"axis", axis}, {"split", sizes}});
  const std::vector<std::string> names = results_of(r, sizes.size());
  const auto place = [&](Index i, Index at) { return i > open && at == 0 ? kLast : at; };
  Index begin = 0;
  for (Index i = 0; i < count; ++i) {
    const Index end = i == open ? -behind : begin + sizes[i];
    Cuts cuts;
    cuts.add(axis, place(i, begin), place(i + 1, end));
    Chain(r).cut(cuts).end(names[i]);
    begin = end;
  }
}

// (x): one element of an axis each, without the axis.
void unpack(const Rewrite& r) {
  const std::vector<std::string> names = results_of(r, count_of(r, "num"));
  const Index axis = r.integer("axis", 0);
  const std::vector<std::string> parts = parts_of(r, names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    r.model.nodes.push_back(
        {names[i], "Squeeze", {parts[i]}, {names[i]}, {{"axes", std::vector<Index>{axis}}}});
  r.model.nodes.push_back(
      {r.node.name() + "/parts", "Split", {r.input(0)}, parts, {{"axis", axis}}});
}

// Arrays of one shape along a new axis.
void pack(const Rewrite& r) {
  const Index axis = r.integer("axis", 0);
  const std::vector<std::string> parts = parts_of(r, r.in.size());
  for (std::size_t i = 0; i < parts.size(); ++i)
    r.model.nodes.push_back(
        {parts[i], "Unsqueeze", {r.in[i]}, {parts[i]}, {{"axes", std::vector<Index>{axis}}}});
  r.emit("Concat", parts, {{"axis", axis}});
}

// The axis comes first in the old op, last in the new one.
template <bool First>
void concat(const Rewrite& r) {
  check(r.in.size() >= 2, r.model.path, ": node '", r.node.name(), "' joins nothing");
  const std::size_t at = First ? 0 : r.in.size() - 1;
  std::vector<std::string> parts = r.in;
  parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
  r.emit("Concat", parts, {{"axis", number(r, at)}});
}

// --- Turning and padding -------------------------------------------------------------------------

void transpose(const Rewrite& r) {
  r.emit("Transpose", {r.input(0)}, {{"perm", std::vector<Index>(r.numbers(1))}});
}

// [[before, after], ...] becomes all before, then all after.
std::string pads_of(const Rewrite& r) {
  const Whole& pairs = r.numbers(1);
  Whole pads;
  for (const std::size_t side : {0, 1})
    for (std::size_t i = side; i < pairs.size(); i += 2) pads.push_back(pairs[i]);
  const Shape count{static_cast<Index>(pads.size())};
  return r.constant("pads", count, std::move(pads));
}

void pad(const Rewrite& r) { r.emit("Pad", {r.input(0), pads_of(r)}); }

void pad_with(const Rewrite& r) { r.emit("Pad", {r.input(0), pads_of(r), r.input(2)}); }

void mirror_pad(const Rewrite& r) {
  const std::string mode = r.text("mode", "");
  if (mode != "REFLECT") unsupported("mode ", mode);
  r.emit("Pad", {r.input(0), pads_of(r)}, {{"mode", std::string("reflect")}});
}

constexpr RewriteRow kRows[] = {
    {"Concat", concat<true>},
    {"ConcatV2", concat<false>},
    {"Gather", gather},
    {"GatherV2", gather},
    {"MirrorPad", mirror_pad},
    {"Pack", pack},
    {"Pad", pad},
    {"PadV2", pad_with},
    {"ReverseV2", reverse},
    {"Slice", slice},
    {"Split", split},
    {"SplitV", split_by_sizes},
    {"StridedSlice", strided_slice},
    {"Transpose", transpose},
    {"Unpack", unpack},
};

}  // namespace

std::span<const RewriteRow> index_rewrites() { return kRows; }

}  // namespace engine::graph
