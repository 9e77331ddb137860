#include "tools/graph/shapes.h"

#include <algorithm>
#include <set>

#include "engine/graph/ops/table.h"

namespace graph_program {
namespace {

using engine::Index;
using engine::Shape;
using engine::graph::Graph;
using engine::graph::Model;
using engine::graph::Node;
using engine::graph::Port;
using engine::graph::Value;

Value zeros_of(const Shape& shape, engine::graph::Type type) {
  if (is_real(type)) return Value(engine::zeros(shape), type);
  return {shape, engine::graph::Whole(static_cast<std::size_t>(shape.size()), 0), type};
}

// Names of values that depend only on supported ops, in order of dependency.
std::vector<std::string> runnable(const Model& model, const std::set<std::string>& fed) {
  const gan::metrics::Links links(model);
  std::vector<std::size_t> missing(model.nodes.size());  // inputs that are not known yet
  std::vector<std::string> open(fed.begin(), fed.end()), names;
  std::set<std::string> known = fed;
  const auto found = [&](std::size_t i) {
    for (const std::string& output : model.nodes[i].outputs)
      if (!output.empty() && known.insert(output).second) {
        open.push_back(output);
        names.push_back(output);
      }
  };
  const auto supported = [&](const Node& node) {
    return engine::graph::find_operator(node.op) != nullptr;
  };
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    for (const std::string& input : model.nodes[i].inputs)
      missing[i] += !input.empty() && !model.constants.contains(input);
    if (missing[i] == 0 && supported(model.nodes[i])) found(i);
  }
  while (!open.empty()) {
    const std::string value = open.back();
    open.pop_back();
    if (model.constants.contains(value)) continue;
    for (const std::size_t i : links.readers(value))
      if (--missing[i] == 0 && supported(model.nodes[i])) found(i);
  }
  return names;
}

// The values to feed; empty if an extent is open, with the reason in `why`.
std::map<std::string, Value> feeds_of(const Model& model, const gan::metrics::Survey* found,
                                      const Extents& given, std::string& why) {
  std::map<std::string, Value> feeds;
  for (const Port& port : model.inputs) {
    std::vector<Index> extents = port.extents;
    const auto named = given.find(port.name);
    if (named != given.end()) extents = named->second;
    if (!extents.empty() && extents[0] < 0) extents[0] = 1;
    const bool images = found && found->input == port.name;
    if (images && (port.any_shape || found->height == 0 || found->width == 0) &&
        named == given.end() && found->resizes)
      extents = found->channels_last ? std::vector<Index>{1, 64, 64, found->channels}
                                     : std::vector<Index>{1, found->channels, 64, 64};
    if ((port.any_shape && extents.empty()) ||
        std::ranges::any_of(extents, [](Index extent) { return extent < 0; })) {
      why =
          "input '" + port.name + "' has open extents; pass --shape " + port.name + "=1,3,224,224";
      return {};
    }
    feeds.emplace(port.name, zeros_of(Shape(extents), port.type));
  }
  if (found && !feeds.contains(found->input))  // the 2015 graph, after its decoder
    feeds.emplace(found->input,
                  zeros_of({1, 64, 64, found->channels}, engine::graph::Type::float32));
  return feeds;
}

}  // namespace

Shapes find_shapes(const Model& model, const gan::metrics::Survey* found, const Extents& given) {
  Shapes shapes;
  const std::map<std::string, Value> feeds = feeds_of(model, found, given, shapes.why);
  if (!shapes.why.empty()) return shapes;
  std::set<std::string> fed;
  for (const auto& [name, value] : feeds) fed.insert(name);
  const std::vector<std::string> names = runnable(model, fed);
  try {
    const std::vector<Value> values = Graph(model).run_values(feeds, names);
    for (std::size_t i = 0; i < names.size(); ++i) shapes.values.emplace(names[i], values[i]);
    for (const auto& [name, value] : feeds) shapes.values.insert_or_assign(name, value);
  } catch (const engine::Error& error) {
    shapes.why = error.what();
  }
  return shapes;
}

}  // namespace graph_program
