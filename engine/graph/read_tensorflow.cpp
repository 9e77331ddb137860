// Frozen TensorFlow graphs into a Model: constants are read here, every other node is rewritten by
// its row in rewrite.cpp. Control inputs are dropped and "name:0" is "name".
#include <algorithm>
#include <set>

#include "engine/graph/model.h"
#include "engine/graph/ops/host.h"
#include "engine/graph/rewrite.h"
#include "engine/graph/wire.h"

namespace engine::graph {
namespace {

std::vector<Index> extents_of(const tensorflow::TensorShapeProto& proto) {
  std::vector<Index> extents;
  for (const auto& dim : proto.dim()) extents.push_back(dim.size());
  return extents;
}

// A list of numbers of which the last is repeated until the shape is full; of none, zeros: Protocol
// Buffers leave out what has its default.
Value listed(const std::string& what, const Shape& shape, Type type,
             const tensorflow::TensorProto& proto) {
  const auto from = [&](const auto& field) {
    check(field.size() <= shape.size(), what, ": ", field.size(), " numbers for ", shape);
    using Number = std::decay_t<decltype(field[0])>;
    return filled(what, shape, type, [&](Index i) {
      return field.empty() ? Number{}
                           : field[static_cast<int>(std::min<Index>(i, field.size() - 1))];
    });
  };
  switch (type) {
    case Type::float32:
      return from(proto.float_val());
    case Type::float64:
      return from(proto.double_val());
    case Type::float16:
      return from(proto.half_val());
    case Type::int64:
      return from(proto.int64_val());
    case Type::boolean:
      return from(proto.bool_val());
    case Type::int32:
    case Type::int16:
    case Type::int8:
    case Type::uint8:
      return from(proto.int_val());
    default:
      unsupported(name_of(type));
  }
}

// The node `name` as `numbers` followed by enough of the last one to fill the shape, when it runs.
void read_repeated(Model& model, const std::string& name, const Shape& shape,
                   const Value& numbers) {
  const Value last = on_elements(numbers, {1}, [](auto v) { return decltype(v){v.back()}; });
  const auto beside = [&](const char* what, const Value& value) {
    model.constants.insert_or_assign(name + "/" + what, value);
    return name + "/" + what;
  };
  const auto emit = [&](const std::string& as, const char* op, std::vector<std::string> inputs,
                        std::map<std::string, Attribute> attributes) {
    model.nodes.push_back({as, op, std::move(inputs), {as}, std::move(attributes)});
    return as;
  };
  const std::string count = beside("count", {Shape{1}, Whole{shape.size() - numbers.size()}});
  const std::string rest = emit(name + "/rest", "ConstantOfShape", {count}, {{"value", last}});
  const std::string all =
      emit(name + "/all", "Concat", {beside("listed", numbers), rest}, {{"axis", Index{0}}});
  const std::string extents =
      beside("shape", {Shape{shape.rank()}, Whole(shape.begin(), shape.end())});
  emit(name, "Reshape", {all, extents}, {{"allowzero", Index{1}}});
}

// A few numbers for a large shape stay a few until the graph runs, which says how much it may make.
// What is listed in full is read here.
void read_constant(Model& model, const tensorflow::NodeDef& node) {
  const std::string what = model.path + ": constant '" + node.name() + "'";
  const auto value = node.attr().find("value");
  check(value != node.attr().end() && value->second.has_tensor(), what, ": has no value");
  const tensorflow::TensorProto& proto = value->second.tensor();
  const Type type = type_of_tensorflow(proto.dtype());
  if (bytes_of(type) == 0) unsupported(name_of(type));
  const std::vector<Index> extents = extents_of(proto.tensor_shape());
  if (!proto.tensor_content().empty()) {
    const std::string& bytes = proto.tensor_content();
    const Shape shape =
        checked_shape(what, extents, static_cast<Index>(bytes.size()) / bytes_of(type));
    model.constants.insert_or_assign(node.name(), from_bytes(what, shape, type, bytes));
    return;
  }
  constexpr Index kSmall = 1024;
  const Index given =
      std::max<Index>({proto.float_val_size(), proto.double_val_size(), proto.int_val_size(),
                       proto.int64_val_size(), proto.bool_val_size(), proto.half_val_size()});
  const Shape shape = checked_shape(what, extents, Index{1} << 31, "that a value may have");
  if (shape.size() <= std::max(kSmall, 4 * given))
    model.constants.insert_or_assign(node.name(), listed(what, shape, type, proto));
  else
    read_repeated(model, node.name(), shape,
                  listed(what, Shape{std::max<Index>(given, 1)}, type, proto));
}

void read_placeholder(Model& model, const tensorflow::NodeDef& node) {
  Port port{node.name(), Type::float32, {}, true};
  const auto type = node.attr().find("dtype"), shape = node.attr().find("shape");
  if (type != node.attr().end()) port.type = type_of_tensorflow(type->second.type());
  if (shape != node.attr().end() && !shape->second.shape().unknown_rank()) {
    port.any_shape = false;
    port.extents = extents_of(shape->second.shape());
  }
  model.inputs.push_back(port);
}

// A constant under another name, as frozen graphs keep variables; false: the node passes on another
// value.
bool pass_on(Model& model, const tensorflow::NodeDef& node) {
  const std::vector<std::string> inputs = inputs_of(node);
  if (!inputs.empty() && model.unreadable.contains(inputs[0]))
    std::rethrow_exception(model.unreadable.at(inputs[0]));
  const auto found = inputs.empty() ? model.constants.end() : model.constants.find(inputs[0]);
  if (found == model.constants.end()) return false;
  model.constants.insert_or_assign(node.name(), Value(found->second));
  return true;
}

// A node as it is: no op of ours has this name, so it is reported if it is needed.
void keep_unsupported(Model& model, const tensorflow::NodeDef& node, const std::string& reason) {
  const std::string op = "tensorflow." + node.op() + (reason.empty() ? "" : " (" + reason + ")");
  model.nodes.push_back({node.name(), op, inputs_of(node), {node.name()}, {}});
}

void read_node(Model& model, const tensorflow::NodeDef& node) {
  try {
    if (node.op() == "Const") return read_constant(model, node);
    if (node.op() == "Placeholder") return read_placeholder(model, node);
    if (node.op() == "Identity" && pass_on(model, node)) return;
    if (node.op() == "NoOp" || rewrite_tensorflow(node, model)) return;
    keep_unsupported(model, node, "");
  } catch (const Unsupported& reason) {
    keep_unsupported(model, node, reason.what());
  } catch (const Error&) {  // said to whoever needs it
    model.unreadable[node.name()] = std::current_exception();
  }
}

}  // namespace

std::vector<std::string> inputs_of(const tensorflow::NodeDef& node) {
  std::vector<std::string> inputs;
  for (const std::string& input : node.input())
    if (!input.starts_with("^"))
      inputs.push_back(input.ends_with(":0") ? input.substr(0, input.size() - 2) : input);
  return inputs;
}

Model read_tensorflow(std::string_view bytes, const std::string& path) {
  tensorflow::GraphDef proto;
  parse_message(bytes, proto, path, "TensorFlow GraphDef");
  check(proto.node_size() > 0, path, ": a TensorFlow GraphDef without nodes");
  const bool ops = std::any_of(proto.node().begin(), proto.node().end(),
                               [](const tensorflow::NodeDef& node) { return node.has_op(); });
  check(ops, path, ": is neither an ONNX model nor a TensorFlow GraphDef");
  Model model;
  model.path = path;
  model.nhwc = true;
  // Constants first, and what passes them on: rows look up the numbers among their inputs, wherever
  // those stand.
  const auto turn_of = [](const tensorflow::NodeDef& node) {
    return node.op() == "Const" ? 0 : node.op() == "Identity" ? 1 : 2;
  };
  for (const int turn : {0, 1, 2})
    for (tensorflow::NodeDef& node : *proto.mutable_node()) {
      if (turn_of(node) != turn) continue;
      read_node(model, node);
      if (turn == 0) node.clear_attr();  // its numbers are kept once
    }
  // "n" of "n:1": a node whose second result is used is no output.
  const auto node_of = [](const std::string& value) { return value.substr(0, value.find(':')); };
  std::set<std::string> used;
  std::vector<std::string> made;
  for (const Node& node : model.nodes) {
    made.push_back(node.outputs[0]);
    for (const std::string& input : node.inputs) {
      used.insert(node_of(input));
      if (const auto bad = model.unreadable.find(node_of(input)); bad != model.unreadable.end())
        model.unreadable.emplace(input, bad->second);
    }
  }
  // A node that cannot be read is the one that reads its inputs, and may be an output, all the same.
  for (const tensorflow::NodeDef& node : proto.node()) {
    if (!model.unreadable.contains(node.name()) || turn_of(node) < 2) continue;
    made.push_back(node.name());
    for (const std::string& input : inputs_of(node)) used.insert(node_of(input));
  }
  for (const std::string& name : made)
    if (!used.contains(node_of(name))) model.outputs.push_back({name, {}, {}, true});
  return model;
}

}  // namespace engine::graph
