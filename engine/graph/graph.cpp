#include "engine/graph/graph.h"

#include <algorithm>
#include <cmath>

#include "engine/graph/plan.h"

namespace engine::graph {
namespace {

// Images [N, H, W, C] for every graph; the rest as it is.
Value fed_image(const Tensor& x, bool nhwc) {
  return x.rank() == 4 && !nhwc ? Value::image(x) : Value(x);
}

Tensor result_image(const Value& x, bool nhwc) {
  return !x.is_whole() && x.rank() == 4 && !nhwc ? x.image() : x.tensor();
}

// Converts a fed value to a port's type: reals are rounded for an integer port (images of bytes),
// and vice versa. Errors: another number of axes or other extents than in the file, except for the
// batch.
Value fitted(const Model& model, const Port& port, const Value& x) {
  if (bytes_of(port.type) == 0)
    unsupported(model.path, ": input '", port.name, "' is of ", name_of(port.type));
  const Shape shape = x.shape();
  bool fits = port.any_shape || shape.rank() == static_cast<int>(port.extents.size());
  for (int i = 1; fits && !port.any_shape && i < shape.rank(); ++i)
    fits = port.extents[i] < 0 || port.extents[i] == shape[i];
  check(fits, model.path, ": input '", port.name, "' has shape ", shape, ", the file says ",
        port.any_shape ? Shape() : Shape(port.extents), " (-1: any; the first may always differ)");
  if (is_real(port.type) == !x.is_whole()) return x;
  if (is_real(port.type)) return Value(x.tensor(), port.type);
  Whole numbers;
  try {
    for (const Real value : x.tensor().values())
      numbers.push_back(whole_from(std::round(value), port.type));
  } catch (const Error& reason) {
    fail(model.path, ": input '", port.name, "': ", reason.what());
  }
  return {shape, std::move(numbers), port.type};
}

// The most elements of a result: more than any real network needs (a generator makes 2048 from one
// number in a wide layer), but little enough that a small file cannot claim all memory.
Index allowance(const Model& model, const std::vector<Value>& feeds) {
  Index fed = 0, weights = 0;
  for (const Value& value : feeds) fed += value.size();
  for (const auto& [name, value] : model.constants) weights += value.size();
  return std::min((Index{1} << 26) + 2048 * fed + 16 * weights, Index{1} << 31);
}

}  // namespace

Graph::Graph(Model model) : model_(std::make_unique<const Model>(std::move(model))) {}
Graph::Graph(Graph&&) noexcept = default;
Graph::~Graph() = default;

Graph Graph::load(const std::string& path) { return parse(read_graph_file(path), path); }

Graph Graph::parse(std::string_view bytes, const std::string& path) {
  return Graph(read_model(bytes, path));
}

const std::vector<Port>& Graph::inputs() const { return model_->inputs; }
const std::vector<Port>& Graph::outputs() const { return model_->outputs; }

bool Graph::has(const std::string& name) const {
  if (model_->constants.contains(name) || model_->unreadable.contains(name)) return true;
  const auto named = [&](const Port& port) { return port.name == name; };
  if (std::any_of(model_->inputs.begin(), model_->inputs.end(), named)) return true;
  return std::any_of(model_->nodes.begin(), model_->nodes.end(), [&](const Node& node) {
    return std::find(node.outputs.begin(), node.outputs.end(), name) != node.outputs.end();
  });
}

std::vector<std::string> Graph::made_by(const std::string& op) const {
  std::vector<std::string> names;
  for (const Node& node : model_->nodes)
    if (node.op == op && !node.outputs.empty()) names.push_back(node.outputs[0]);
  return names;
}

// TensorFlow's "name:0" is "name" here; ONNX has no such rule, but its names may end like that.
std::string Graph::resolved(const std::string& name) const {
  if (has(name)) return name;
  if (name.ends_with(":0") && has(name.substr(0, name.size() - 2)))
    return name.substr(0, name.size() - 2);
  fail(model_->path, ": no value '", name, "'");
}

const Plan& Graph::plan(const Names& fed, const Names& wanted) const {
  std::unique_ptr<const Plan>& plan = plans_[{fed, wanted}];
  if (!plan) plan = std::make_unique<const Plan>(*model_, fed, wanted);
  return *plan;
}

std::vector<Value> Graph::run_values(const std::map<std::string, Value>& feeds,
                                     const std::vector<std::string>& wanted) const {
  Names fed, asked;
  std::vector<Value> values;
  for (const auto& [name, value] : feeds) {
    fed.push_back(resolved(name));
    const auto port = std::find_if(model_->inputs.begin(), model_->inputs.end(),
                                   [&](const Port& p) { return p.name == fed.back(); });
    values.push_back(port == model_->inputs.end() ? value : fitted(*model_, *port, value));
  }
  for (const std::string& name : wanted) asked.push_back(resolved(name));
  if (wanted.empty())
    for (const Port& output : model_->outputs) asked.push_back(output.name);
  return plan(fed, asked).run(values, allowance(*model_, values));
}

std::vector<Tensor> Graph::run(const std::map<std::string, Tensor>& feeds,
                               const std::vector<std::string>& wanted) const {
  std::map<std::string, Value> values;
  for (const auto& [name, tensor] : feeds) values.emplace(name, fed_image(tensor, model_->nhwc));
  std::vector<Tensor> results;
  for (const Value& value : run_values(values, wanted))
    results.push_back(result_image(value, model_->nhwc));
  return results;
}

Tensor Graph::operator()(const Tensor& x) const {
  check(inputs().size() == 1 && !outputs().empty(), model_->path, ": has ", inputs().size(),
        " inputs and ", outputs().size(), " outputs, expected one; name the outputs");
  return run({{inputs()[0].name, x}}, {outputs()[0].name})[0];
}

}  // namespace engine::graph
