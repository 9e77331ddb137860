#include "tools/graph/arrays.h"

#include <algorithm>

#include "engine/file.h"
#include "gan/metrics/npy.h"

namespace graph_program {

using engine::Index;
using engine::Shape;
using engine::graph::Graph;
using engine::graph::Type;
using engine::graph::Value;
using gan::metrics::NpyArray;

namespace {

template <class T, class Numbers>
std::string bytes_as(const Numbers& numbers) {
  std::vector<T> values(numbers.begin(), numbers.end());
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

struct WholeType {
  const char* numpy;
  Type type;
};
constexpr WholeType kWholeTypes[] = {
    {"|u1", Type::uint8},  {"|i1", Type::int8},  {"<u2", Type::uint16}, {"<i2", Type::int16},
    {"<u4", Type::uint32}, {"<i4", Type::int32}, {"<u8", Type::uint64}, {"<i8", Type::int64}};

}  // namespace

Value read_array(const std::string& path) {
  const NpyArray array = gan::metrics::parse_npy(engine::read_file(path), path);
  const Shape shape(array.extents);
  for (const WholeType& row : kWholeTypes)
    if (array.type == row.numpy) return {shape, array.wholes(), row.type};
  const std::vector<double> numbers = array.doubles(path);
  return Value(engine::Tensor::from(shape, {numbers.begin(), numbers.end()}));
}

void write_array(const std::string& path, const Value& value) {
  const Shape shape = value.shape();
  NpyArray array{"<f4", {shape.begin(), shape.end()}, {}};
  if (!value.is_whole()) {
    array.bytes = bytes_as<float>(value.tensor().values());
  } else if (value.type() == Type::boolean || value.type() == Type::uint8) {
    array.type = "|u1";
    array.bytes = bytes_as<std::uint8_t>(value.whole());
  } else {
    array.type = "<i8";
    array.bytes = bytes_as<std::int64_t>(value.whole());
  }
  engine::write_file(path, write_npy(array));
}

// A file name may contain =: the part before it must be a known name.
Binding parse_binding(const std::string& text, const std::vector<std::string>& names) {
  for (std::size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1))
    if (std::ranges::find(names, text.substr(0, at)) != names.end())
      return {text.substr(0, at), text.substr(at + 1)};
  return {"", text};
}

std::map<std::string, Value> read_feeds(const Graph& graph, const std::vector<std::string>& texts) {
  const std::string& model = graph.model().path;
  std::vector<std::string> names;
  for (const auto& port : graph.inputs()) names.push_back(port.name);
  std::map<std::string, Value> feeds;
  std::size_t next = 0;
  for (const std::string& text : texts) {
    std::vector<std::string> known = names;
    if (const std::size_t at = text.find('='); at != std::string::npos)
      if (graph.has(text.substr(0, at))) known.push_back(text.substr(0, at));
    Binding binding = parse_binding(text, known);
    if (binding.name.empty()) {
      engine::check(next < names.size(), model, ": --in ", text, ": the graph has ", names.size(),
                    " inputs; name it, as in --in NAME=", text);
      binding.name = names[next++];
    }
    engine::check(!feeds.contains(binding.name), model, ": '", binding.name, "' is given twice");
    feeds.emplace(binding.name, read_array(binding.path));
  }
  return feeds;
}

std::string text_of(const Value& value) {
  std::ostringstream text;
  text << name_of(value.type()) << " " << value.shape();
  return text.str();
}

}  // namespace graph_program
