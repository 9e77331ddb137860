// TensorFlow's ops that pick, cut, join and turn: random StridedSlices against the rule of NumPy,
// spelled out here once more, and each other op against the numbers that it must give.
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "engine/graph/graph.h"
#include "tests/graph/graph_def.h"

namespace {

using namespace engine;
using engine::graph::Graph;
using engine::graph::Unsupported;
using Positions = std::vector<Index>;
using Extents = std::vector<engine::Index>;
using Reals = std::vector<Real>;

struct Array {
  Extents extents;
  Reals numbers;
  bool operator==(const Array&) const = default;
};

Array counted_up(const Extents& extents) {
  Array x{extents, Reals(static_cast<std::size_t>(std::accumulate(
                       extents.begin(), extents.end(), Index{1}, std::multiplies<Index>())))};
  std::iota(x.numbers.begin(), x.numbers.end(), Real(0));
  return x;
}

Tensor tensor_of(const Array& x) { return Tensor::from(Shape(x.extents), x.numbers); }

// The results of a graph that was built on a placeholder "x".
Array ran(const GraphDefBuilder& net, const Array& x, const std::string& value) {
  const Graph graph = Graph::parse(net.bytes(), "index.pb");
  const Tensor y = graph.run({{"x", tensor_of(x)}}, {value})[0];
  return {{y.shape().begin(), y.shape().end()}, y.values()};
}

// --- StridedSlice --------------------------------------------------------------------------------

struct Entry {
  enum Kind { section, single, added, ellipsis } kind = section;
  int begin = 0, end = 0, step = 1;
  bool no_begin = false, no_end = false;
};

// What x[begin:end:step] takes of an axis, as NumPy's documentation has it.
Positions section_of(Index extent, const Entry& e) {
  const auto from_front = [&](Index i) { return i < 0 ? i + extent : i; };
  const Index low = e.step > 0 ? 0 : -1, high = e.step > 0 ? extent : extent - 1;
  const Index begin = e.no_begin ? (e.step > 0 ? low : high)
                                 : std::clamp(from_front(e.begin), low, high),
              end = e.no_end ? (e.step > 0 ? high : low) : std::clamp(from_front(e.end), low, high);
  Positions positions;
  for (Index i = begin; e.step > 0 ? i < end : i > end; i += e.step) positions.push_back(i);
  return positions;
}

Array sliced(const Array& x, const std::vector<Entry>& entries) {
  const auto named = std::count_if(entries.begin(), entries.end(), [](const Entry& e) {
    return e.kind == Entry::section || e.kind == Entry::single;
  });
  std::vector<Positions> picked;
  Extents extents;
  const auto take_all = [&](Index axes) {
    for (Index i = 0; i < axes; ++i) {
      const Index extent = x.extents[picked.size()];
      picked.emplace_back(static_cast<std::size_t>(extent));
      std::iota(picked.back().begin(), picked.back().end(), Index{0});
      extents.push_back(extent);
    }
  };
  const Index rank = static_cast<Index>(x.extents.size());
  for (const Entry& e : entries) {
    if (e.kind == Entry::added) extents.push_back(1);
    if (e.kind == Entry::ellipsis) take_all(rank - named);
    if (e.kind == Entry::added || e.kind == Entry::ellipsis) continue;
    const Index extent = x.extents[picked.size()];
    picked.push_back(e.kind == Entry::single ? Positions{(e.begin + extent) % extent}
                                             : section_of(extent, e));
    if (e.kind == Entry::section) extents.push_back(static_cast<Index>(picked.back().size()));
  }
  take_all(rank - static_cast<Index>(picked.size()));
  Reals numbers;
  const auto walk = [&](const auto& self, std::size_t axis, Index place) -> void {
    if (axis == picked.size()) return numbers.push_back(x.numbers[place]);
    for (const Index i : picked[axis]) self(self, axis + 1, place * x.extents[axis] + i);
  };
  walk(walk, 0, 0);
  return {extents, numbers};
}

std::string strided_slice(GraphDefBuilder& net, const std::vector<Entry>& entries) {
  std::vector<int> begins, ends, steps;
  int masks[5] = {0};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& e = entries[i];
    begins.push_back(e.begin);
    ends.push_back(e.kind == Entry::single ? e.begin + 1 : e.end);
    steps.push_back(e.step);
    const bool set[5] = {e.no_begin, e.no_end, e.kind == Entry::ellipsis, e.kind == Entry::added,
                         e.kind == Entry::single};
    for (int mask = 0; mask < 5; ++mask) masks[mask] |= set[mask] << i;
  }
  const Index count = static_cast<Index>(entries.size());
  const std::string begin = net.wholes({count}, begins), end = net.wholes({count}, ends),
                    step = net.wholes({count}, steps);
  const std::string y = net.node("StridedSlice", {"x", begin, end, step});
  int i = 0;
  for (const char* mask : {"begin", "end", "ellipsis", "new_axis", "shrink_axis"})
    net.with(std::string(mask) + "_mask", masks[i++]);
  return y;
}

TEST_CASE("tensorflow: StridedSlice with every mask, as NumPy slices") {
  std::mt19937 random(7);
  const auto draw = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 400; ++round) {
    Extents extents(static_cast<std::size_t>(draw(1, 4)));
    for (Index& extent : extents) extent = draw(1, 5);
    std::vector<Entry> entries;
    std::size_t named = 0;
    bool open = true;  // no ellipsis yet
    while (entries.size() < 6) {
      Entry e{static_cast<Entry::Kind>(draw(0, 3)), draw(-8, 8), draw(-8, 8)};
      if (e.kind == Entry::ellipsis && !std::exchange(open, false)) continue;
      if (e.kind == Entry::section || e.kind == Entry::single)
        if (named++ == extents.size()) break;
      if (e.kind == Entry::single) e.begin = -draw(0, 1);
      if (e.kind != Entry::single) e.step = draw(1, 3) * (draw(0, 1) ? 1 : -1);
      e.no_begin = draw(0, 2) == 0;
      e.no_end = draw(0, 2) == 0;
      entries.push_back(e);
    }
    const Array x = counted_up(extents);
    GraphDefBuilder net;
    net.placeholder("x", extents);
    const std::string y = strided_slice(net, entries);
    const Array wanted = sliced(x, entries);
    if (wanted.extents.size() > Shape::kMaxRank) continue;
    CAPTURE(round);
    CHECK(ran(net, x, y) == wanted);
  }
}

TEST_CASE("tensorflow: StridedSlices that TensorFlow refuses too") {
  const auto refused = [](const std::vector<Entry>& entries, const char* why) {
    GraphDefBuilder net;
    net.placeholder("x", {4});
    const std::string y = strided_slice(net, entries);
    CHECK_THROWS_WITH_AS(ran(net, counted_up({4}), y), doctest::Contains(why), Error);
  };
  refused({{.step = 0, .no_end = true}}, "a step of 0");
  refused({{Entry::ellipsis}, {Entry::ellipsis}}, "two ellipses");
  refused({{Entry::single, 2, 0, -1}}, "a single index with a step of -1");
  refused({{Entry::single, 4}}, "cannot become");
}

// --- The others ----------------------------------------------------------------------------------

using Build = std::function<std::string(GraphDefBuilder&)>;

Array result_of(const Extents& extents, const Build& build) {
  GraphDefBuilder net;
  net.placeholder("x", extents);
  const std::string y = build(net);
  return ran(net, counted_up(extents), y);
}

TEST_CASE("tensorflow: every way to turn RGB to BGR gives the same") {
  const Extents pixels{2, 1, 2, 3};
  const Array wanted = [&] {
    Array x = counted_up(pixels);
    for (auto at = x.numbers.begin(); at != x.numbers.end(); at += 3) std::swap(at[0], at[2]);
    return x;
  }();
  const auto joined = [](GraphDefBuilder& net, std::vector<std::string> parts) {
    parts.push_back(net.wholes({}, {-1}));
    return net.node("ConcatV2", parts);
  };
  const std::vector<std::pair<const char*, Build>> ways = {
      {"StridedSlice",
       [](auto& net) {
         return strided_slice(net, {{Entry::ellipsis}, {Entry::section, 0, 0, -1, true, true}});
       }},
      {"ReverseV2",
       [](auto& net) {
         return net.node("ReverseV2", {"x", net.wholes({1}, {-1})});
       }},
      {"GatherV2",
       [](auto& net) {
         return net.node("GatherV2", {"x", net.wholes({3}, {2, 1, 0}), net.wholes({}, {3})});
       }},
      {"lists behind an Identity",
       [](auto& net) {
         const std::string list = net.node("Identity", {net.wholes({3}, {2, 1, 0})}),
                           axis = net.node("Identity", {net.wholes({}, {-1})});
         return net.node("GatherV2", {"x", list, axis});
       }},
      {"Split",
       [&](auto& net) {
         const std::string s = net.node("Split", {net.wholes({}, {3}), "x"});
         net.with("num_split", 3);
         return joined(net, {s + ":2", s + ":1", s + ":0"});
       }},
      {"SplitV",
       [&](auto& net) {
         const std::string s =
             net.node("SplitV", {"x", net.wholes({3}, {1, 1, 1}), net.wholes({}, {-1})});
         return joined(net, {s + ":2", s + ":1", s});
       }},
      {"Unpack and Pack",
       [](auto& net) {
         const std::string s = net.node("Unpack", {"x"});
         net.with("num", 3).with("axis", -1);
         const std::string y = net.node("Pack", {s + ":2", s + ":1", s});
         net.with("axis", 3);
         return y;
       }},
      {"Slice",
       [&](auto& net) {
         std::vector<std::string> parts;
         for (const int channel : {2, 1, 0})
           parts.push_back(net.node("Slice", {"x", net.wholes({4}, {0, 0, 0, channel}),
                                              net.wholes({4}, {-1, -1, -1, 1})}));
         return joined(net, parts);
       }},
  };
  for (const auto& way : ways) {
    CAPTURE(way.first);
    CHECK(result_of(pixels, way.second) == wanted);
  }
}

TEST_CASE("tensorflow: SplitV takes one size from what is left") {
  const auto parts = [](const std::vector<int>& sizes) {
    GraphDefBuilder net;
    net.placeholder("x", {6});
    const auto count = static_cast<Index>(sizes.size());
    const std::string s =
        net.node("SplitV", {"x", net.wholes({count}, sizes), net.wholes({}, {0})});
    std::vector<Reals> all;
    for (std::size_t i = 0; i < sizes.size(); ++i)
      all.push_back(ran(net, counted_up({6}), i == 0 ? s : s + ":" + std::to_string(i)).numbers);
    return all;
  };
  const std::vector<Reals> whole{{0, 1}, {2, 3, 4}, {5}};
  CHECK(parts({2, 3, 1}) == whole);
  CHECK(parts({-1, 3, 1}) == whole);
  CHECK(parts({2, -1, 1}) == whole);
  CHECK(parts({2, 3, -1}) == whole);
  CHECK(parts({6, -1, 0}) == std::vector<Reals>{{0, 1, 2, 3, 4, 5}, {}, {}});
  CHECK_THROWS_WITH_AS(parts({-1, -1}), doctest::Contains("two sizes of -1"), Unsupported);
}

TEST_CASE("tensorflow: ops that move numbers, by their definitions") {
  CHECK(result_of({2, 3}, [](auto& net) {
          return net.node("Transpose", {"x", net.wholes({2}, {1, 0})});
        }) == Array{{3, 2}, {0, 3, 1, 4, 2, 5}});
  CHECK(result_of({3}, [](auto& net) {
          return net.node("PadV2", {"x", net.wholes({1, 2}, {1, 2}), net.reals({}, {9})});
        }) == Array{{6}, {9, 0, 1, 2, 9, 9}});
  CHECK(result_of({3}, [](auto& net) {
          const std::string y = net.node("MirrorPad", {"x", net.wholes({1, 2}, {2, 1})});
          net.with("mode", "REFLECT");
          return y;
        }) == Array{{6}, {2, 1, 0, 1, 2, 1}});
  CHECK(result_of({2, 2}, [](auto& net) {
          const std::string y = net.node("Pack", {"x", "x"});
          net.with("axis", 1);
          return y;
        }) == Array{{2, 2, 2}, {0, 1, 0, 1, 2, 3, 2, 3}});
  CHECK(result_of({2, 2}, [](auto& net) {
          return net.node("GatherV2", {"x", net.wholes({}, {1}), net.wholes({}, {0})});
        }) == Array{{2}, {2, 3}});
  CHECK(result_of({2, 2}, [](auto& net) {
          return net.node("Max", {"x", net.wholes({1}, {1})});
        }) == Array{{2}, {1, 3}});
  CHECK(result_of({4}, [](auto& net) {
          return net.node("ClipByValue", {"x", net.reals({}, {1}), net.reals({}, {2})});
        }) == Array{{4}, {1, 1, 2, 2}});
  CHECK(result_of({2}, [](auto& net) {
          return net.node("AddN", {"x", "x", "x"});
        }) == Array{{2}, {0, 3}});
  CHECK(result_of({1}, [](auto& net) { return net.node("Rsqrt", {net.reals({1}, {4})}); }) ==
        Array{{1}, {0.5}});
}

TEST_CASE("tensorflow: a node with several results is an output where none of them is used") {
  GraphDefBuilder net;
  net.placeholder("x", {2, 4});
  const std::string used = net.node("Split", {net.wholes({}, {1}), "x"}, "used");
  net.with("num_split", 2);
  net.node("Relu", {used + ":1"}, "end");
  net.node("Split", {net.wholes({}, {0}), "x"}, "unused");
  net.with("num_split", 2);
  const Graph graph = Graph::parse(net.bytes(), "index.pb");
  std::vector<std::string> outputs;
  for (const auto& port : graph.outputs()) outputs.push_back(port.name);
  CHECK(outputs == std::vector<std::string>{"end", "unused"});
}

}  // namespace
