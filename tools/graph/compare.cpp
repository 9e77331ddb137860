#include "tools/graph/compare.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/random.h"
#include "gan/console/printable.h"
#include "tools/graph/arrays.h"
#include "tools/graph/data_set.h"

namespace graph_program {
namespace {

using engine::Index;
using engine::Shape;
using engine::Tensor;
using engine::graph::Graph;
using engine::graph::Port;
using engine::graph::Value;
using Json = nlohmann::ordered_json;
using Feeds = std::map<std::string, Value>;

struct Row {
  std::string name;
  Difference difference;
};

// Two images of random numbers in 0 .. 1; integers are 0 or 1.
Value random_input(const Graph& graph, const Port& port) {
  std::vector<Index> extents = port.extents;
  if (!extents.empty() && extents[0] < 0) extents[0] = 2;
  const bool open = port.any_shape || std::ranges::any_of(extents, [](Index e) { return e < 0; });
  engine::check(!open, graph.model().path, ": input '", port.name,
                "' has open extents; pass its array with --in ", port.name, "=x.npy");
  const Tensor drawn = engine::uniform(Shape(extents), 0, 1);
  if (is_real(port.type)) return Value(drawn, port.type);
  engine::graph::Whole numbers;
  for (const engine::Real x : drawn.values()) numbers.push_back(x < 0.5F ? 0 : 1);
  return {Shape(extents), std::move(numbers), port.type};
}

// Converts an image between the axis orders of two files.
Value for_other(const Value& value, const Graph& from, const Graph& to) {
  if (value.is_whole() || value.rank() != 4 || from.model().nhwc == to.model().nhwc) return value;
  return to.model().nhwc ? Value(Value(value).image(), value.type())
                         : Value::image(value.tensor(), value.type());
}

// The inputs of b are those of a, in order.
Feeds feeds_for(const Graph& a, const Graph& b, const Feeds& feeds) {
  Feeds others;
  engine::check(a.inputs().size() == b.inputs().size(), b.model().path, ": has ", b.inputs().size(),
                " inputs, ", a.model().path, " has ", a.inputs().size());
  for (std::size_t i = 0; i < a.inputs().size(); ++i)
    if (const auto found = feeds.find(a.inputs()[i].name); found != feeds.end())
      others.emplace(b.inputs()[i].name, for_other(found->second, a, b));
  return others;
}

// A row [N, C] may be [N, C, 1, 1] in the other file: extents of 1 are ignored.
Value without_ones(const Value& value) {
  Shape shape;
  for (const Index extent : value.shape())
    if (extent != 1) shape.push_back(extent);
  if (value.is_whole()) return {shape, value.whole(), value.type()};
  return Value(engine::Tensor::from(shape, value.tensor().values()));
}

std::vector<std::string> names_of(const Graph& graph, const std::vector<std::string>& values) {
  if (!values.empty()) return values;
  std::vector<std::string> names;
  for (const Port& port : graph.outputs()) names.push_back(port.name);
  return names;
}

std::vector<Row> compare_two(const CompareOptions& options) {
  const Graph a = Graph::load(options.a), b = Graph::load(options.b);
  Feeds feeds = read_feeds(a, options.in);
  engine::seed(options.seed);
  for (const Port& port : a.inputs())
    if (!feeds.contains(port.name)) feeds.emplace(port.name, random_input(a, port));
  const std::vector<std::string> ours = names_of(a, options.values),
                                 theirs = names_of(b, options.values);
  engine::check(ours.size() == theirs.size(), options.b, ": has ", theirs.size(), " outputs, ",
                options.a, " has ", ours.size(), "; name values with --value");
  const auto first = a.run_values(feeds, ours),
             second = b.run_values(feeds_for(a, b, feeds), theirs);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < ours.size(); ++i)
    rows.push_back(
        {ours[i], compare_values(without_ones(first[i]), without_ones(for_other(second[i], b, a)),
                                 options.tolerance)});
  return rows;
}

std::vector<Row> compare_expected(const CompareOptions& options) {
  const Graph graph = Graph::load(options.a);
  const DataSet set = read_data_set(graph, options.expected);
  Feeds feeds = set.inputs;
  for (auto& [name, value] : read_feeds(graph, options.in)) feeds.insert_or_assign(name, value);
  engine::check(!set.outputs.empty(), options.expected,
                ": holds no outputs; expected output_K.pb or .npy, or files named after them");
  std::vector<std::string> names;
  for (const auto& [name, value] : set.outputs)
    if (options.values.empty() || std::ranges::find(options.values, name) != options.values.end())
      names.push_back(name);
  engine::check(options.values.empty() || names.size() == options.values.size(), options.expected,
                ": lacks some of --value");
  const std::vector<Value> got = graph.run_values(feeds, names);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < names.size(); ++i)
    rows.push_back({names[i], compare_values(got[i], set.outputs.at(names[i]), options.tolerance)});
  return rows;
}

std::string text_of(const Row& row) {
  const Difference& d = row.difference;
  char numbers[160];
  std::snprintf(numbers, sizeof numbers, "largest difference %.3g, %.3g of the largest value",
                d.absolute, d.relative);
  std::string text = (d.text.empty() ? "same    '" : "DIFFERS '") +
                     gan::console::printable(row.name) + "': " + numbers;
  if (!d.text.empty()) text += "; " + d.text;
  if (d.count > 1)
    text += "; so are " + std::to_string(d.count - 1) + " more of " + std::to_string(d.elements);
  return text + "\n";
}

Json json_of(const Row& row) {
  const Difference& d = row.difference;
  return {
      {"value", row.name},    {"same", d.text.empty()},     {"elements", d.elements},
      {"differing", d.count}, {"max_absolute", d.absolute}, {"max_relative_to_largest", d.relative},
      {"detail", d.text}};
}

}  // namespace

Comparison compare(const CompareOptions& options) {
  const std::vector<Row> rows =
      options.expected.empty() ? compare_two(options) : compare_expected(options);
  Comparison comparison;
  Json values = Json::array();
  for (const Row& row : rows) {
    comparison.same = comparison.same && row.difference.text.empty();
    comparison.text += text_of(row);
    values.push_back(json_of(row));
  }
  if (options.json)
    comparison.text = Json{{"same", comparison.same},
                           {"rtol", options.tolerance.relative},
                           {"atol", options.tolerance.absolute},
                           {"values", values}}
                          .dump(2, ' ', false, Json::error_handler_t::replace) +
                      "\n";
  return comparison;
}

}  // namespace graph_program
