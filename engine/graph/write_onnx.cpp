#include "engine/graph/write_onnx.h"

#include <limits>

#include "engine/file.h"
#include "engine/graph/onnx.pb.h"

namespace engine::graph {
namespace {

// Little-endian, each number in its first `width` bytes.
template <class T, class Numbers>
std::string bytes_as(const Numbers& numbers, std::size_t width = sizeof(T)) {
  std::string bytes;
  bytes.reserve(numbers.size() * width);
  for (const auto number : numbers) {
    const T x = static_cast<T>(number);
    bytes.append(reinterpret_cast<const char*>(&x), width);
  }
  return bytes;
}

std::string bytes_of(const Value& value) {
  const Type type = value.type();
  if (type == Type::float32) return bytes_as<float>(value.tensor().values());
  if (type == Type::float64) return bytes_as<double>(value.tensor().values());
  if (is_real(type)) unsupported("ONNX: ", name_of(type), " is not written");
  return bytes_as<std::int64_t>(value.whole(), static_cast<std::size_t>(bytes_of(type)));
}

void write_tensor(const std::string& name, const Value& value, onnx::TensorProto& proto) {
  for (Index extent : value.shape()) proto.add_dims(extent);
  proto.set_data_type(static_cast<int>(value.type()));
  if (!name.empty()) proto.set_name(name);
  proto.set_raw_data(bytes_of(value));
}

// The number of the field that is set in an attribute, in the order of `Attribute`.
constexpr int kFieldOf[] = {2, 1, 3, 7, 6, 8, 4};

struct WriteAttribute {
  onnx::AttributeProto& to;
  void operator()(Index i) const { to.set_i(i); }
  void operator()(float f) const { to.set_f(f); }
  void operator()(const std::string& s) const { to.set_s(s); }
  void operator()(const Value& value) const { write_tensor("", value, *to.mutable_t()); }
  void operator()(const std::vector<float>& x) const {
    to.mutable_floats()->Add(x.begin(), x.end());
  }
  void operator()(const std::vector<Index>& x) const { to.mutable_ints()->Add(x.begin(), x.end()); }
  void operator()(const std::vector<std::string>& list) const {
    for (const std::string& s : list) to.add_strings(s);
  }
};

void write_node(const Node& node, onnx::NodeProto& proto) {
  proto.set_name(node.name);
  proto.set_op_type(node.op);
  for (const std::string& input : node.inputs) proto.add_input(input);
  for (const std::string& output : node.outputs) proto.add_output(output);
  for (const auto& [name, value] : node.attributes) {
    onnx::AttributeProto& attribute = *proto.add_attribute();
    attribute.set_name(name);
    std::visit(WriteAttribute{attribute}, value);
    attribute.set_type(kFieldOf[value.index()]);
  }
}

void write_port(const Port& port, onnx::ValueInfoProto& proto) {
  proto.set_name(port.name);
  auto& type = *proto.mutable_type()->mutable_tensor_type();
  type.set_elem_type(static_cast<int>(port.type));
  if (port.any_shape) return;
  auto& shape = *type.mutable_shape();
  for (std::size_t i = 0; i < port.extents.size(); ++i) {
    auto& dim = *shape.add_dim();
    if (port.extents[i] >= 0) {
      dim.set_dim_value(port.extents[i]);
    } else {
      dim.set_dim_param(i == 0 ? "batch" : port.name + "_" + std::to_string(i));
    }
  }
}

}  // namespace

Builder::Builder(int opset) {
  model_.path = "builder";
  model_.opset = opset;
}

std::string Builder::input(const std::string& name, const std::vector<Index>& extents, Type type) {
  model_.inputs.push_back({name, type, extents, false});
  return name;
}

std::string Builder::constant(const std::string& name, const Value& value) {
  check(model_.constants.emplace(name, value).second, "ONNX: two constants are named '", name, "'");
  return name;
}

std::string Builder::constant(const std::string& name, const Tensor& in_file_order) {
  return constant(name, Value(in_file_order));
}

std::string Builder::constant(const std::string& name, const std::vector<Index>& numbers) {
  return constant(name, Value(Shape{static_cast<Index>(numbers.size())}, Whole(numbers)));
}

std::string Builder::kernel(const std::string& name, const Tensor& weight) {
  return constant(name, Value::image(weight));
}

std::string Builder::node(const std::string& op, const std::vector<std::string>& inputs,
                          const std::map<std::string, Attribute>& attributes,
                          const std::string& name) {
  const std::string result = name.empty() ? op + "_" + std::to_string(model_.nodes.size()) : name;
  model_.nodes.push_back({result, op, inputs, {result}, attributes});
  return result;
}

void Builder::output(const std::string& name, const std::vector<Index>& extents, Type type) {
  model_.outputs.push_back({name, type, extents, false});
}

std::string write_onnx(const Model& model) {
  check(!model.nhwc, model.path, ": a TensorFlow graph cannot be written as ONNX");
  onnx::ModelProto proto;
  proto.set_ir_version(model.opset >= 15 ? 8 : 7);
  proto.set_producer_name("kantor");
  proto.add_opset_import()->set_version(model.opset);
  proto.mutable_opset_import(0)->set_domain("");
  for (const auto& [key, value] : model.metadata) {
    onnx::StringStringEntryProto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  onnx::GraphProto& graph = *proto.mutable_graph();
  graph.set_name("kantor");
  for (const Node& node : model.nodes) write_node(node, *graph.add_node());
  for (const auto& [name, value] : model.constants)
    write_tensor(name, value, *graph.add_initializer());
  for (const Port& port : model.inputs) write_port(port, *graph.add_input());
  for (const Port& port : model.outputs) write_port(port, *graph.add_output());
  check(proto.ByteSizeLong() < std::size_t{std::numeric_limits<int>::max()}, model.path, ": ",
        proto.ByteSizeLong(), " bytes are more than an ONNX file can have (2 GiB)");
  return proto.SerializeAsString();
}

void save_onnx(const std::string& path, const Model& model) { write_file(path, write_onnx(model)); }

}  // namespace engine::graph
