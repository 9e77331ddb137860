// The seeds of the TensorFlow target: a small graph for each kind of op.
#include <string>
#include <vector>

#include "engine/graph/tensorflow.pb.h"
#include "tests/fuzz/seeds.h"

namespace {

namespace tf = engine::graph::tensorflow;

tf::NodeDef& node(tf::GraphDef& graph, const std::string& name, const std::string& op,
                  const std::vector<std::string>& inputs) {
  tf::NodeDef& n = *graph.add_node();
  n.set_name(name);
  n.set_op(op);
  for (const std::string& input : inputs) n.add_input(input);
  return n;
}

void list(tf::NodeDef& n, const char* name, const std::vector<int>& numbers) {
  auto& to = *(*n.mutable_attr())[name].mutable_list();
  for (int number : numbers) to.add_i(number);
}

void constant(tf::GraphDef& graph, const std::string& name, int type,
              const std::vector<int>& extents, const std::vector<int>& values) {
  auto& attributes = *node(graph, name, "Const", {}).mutable_attr();
  attributes["dtype"].set_type(type);
  tf::TensorProto& tensor = *attributes["value"].mutable_tensor();
  tensor.set_dtype(type);
  tensor.mutable_tensor_shape();
  for (int extent : extents) tensor.mutable_tensor_shape()->add_dim()->set_size(extent);
  for (int value : values)
    if (type == 1)
      tensor.add_float_val(static_cast<float>(value));
    else
      tensor.add_int_val(value);
}

// x [1, 4, 4, 2] and the constants that rows may want; then the node itself.
std::string model(const std::string& op, const std::vector<std::string>& inputs) {
  tf::GraphDef graph;
  auto& x = *(*node(graph, "x", "Placeholder", {}).mutable_attr())["shape"].mutable_shape();
  for (int extent : {1, 4, 4, 2}) x.add_dim()->set_size(extent);
  (*graph.mutable_node(0)->mutable_attr())["dtype"].set_type(1);
  constant(graph, "kernel", 1, {3, 3, 2, 2}, {1});
  constant(graph, "channels", 1, {2}, {1, 2});
  constant(graph, "matrix", 1, {2, 3}, {1, 2, 3, 4, 5, 6});
  constant(graph, "axis", 3, {}, {3});
  constant(graph, "axes", 3, {2}, {1, 2});
  constant(graph, "shape", 3, {2}, {1, 32});
  constant(graph, "begin", 3, {4}, {0, 0, 0, -1});
  constant(graph, "size", 3, {4}, {-1, 2, 2, 1});
  constant(graph, "step", 3, {4}, {1, 1, 2, -1});
  constant(graph, "ones", 3, {2}, {1, -1});
  constant(graph, "pads", 3, {4, 2}, {0, 0, 1, 1, 1, 2, 0, 0});
  tf::NodeDef& n = node(graph, "y", op, inputs);
  auto& attributes = *n.mutable_attr();
  list(n, "strides", {1, 2, 2, 1});
  list(n, "ksize", {1, 2, 2, 1});
  list(n, "dilations", {1, 1, 1, 1});
  attributes["padding"].set_s("SAME");
  attributes["mode"].set_s("REFLECT");
  for (const char* name : {"num", "num_split"}) attributes[name].set_i(2);
  attributes["begin_mask"].set_i(2);
  attributes["end_mask"].set_i(8);
  attributes["new_axis_mask"].set_i(1);
  attributes["is_training"].set_b(false);
  attributes["align_corners"].set_b(false);
  attributes["keep_dims"].set_b(true);
  attributes["DstT"].set_type(3);
  attributes["variance_epsilon"].set_f(0.001f);
  return graph.SerializeAsString();
}

}  // namespace

Seeds tensorflow_seeds() {
  Seeds seeds;
  const auto add = [&](const std::string& op, const std::vector<std::string>& inputs) {
    seeds[op + ".pb"] = model(op, inputs);
  };
  const std::string x = "x", c = "channels";
  for (const char* op : {"Relu", "Relu6", "LeakyRelu", "Identity", "Softmax", "Square", "Squeeze",
                         "MaxPool", "AvgPool", "Cast", "Shape", "Elu", "Tanh"})
    add(op, {x});
  add("Conv2D", {x, "kernel"});
  add("BiasAdd", {x, c});
  add("Maximum", {x, c});
  add("BatchNormWithGlobalNormalization", {x, c, c, c, c});
  add("FusedBatchNorm", {x, c, c, c, c});
  add("Concat", {"axis", x, x});
  add("ConcatV2", {x, x, "axis"});
  add("Reshape", {x, "shape"});
  add("ResizeBilinear", {x, "axes"});
  add("ResizeNearestNeighbor", {x, "axes"});
  add("Mean", {x, "axes"});
  add("Pad", {x, "pads"});
  add("ExpandDims", {c, "axis"});
  add("StridedSlice", {x, "begin", "size", "step"});
  add("Slice", {x, "axes", "axes"});
  add("GatherV2", {x, "axes", "axis"});
  add("Split", {"axis", x});
  add("SplitV", {x, "ones", "axis"});
  add("Unpack", {x});
  add("Pack", {x, x});
  add("Transpose", {x, "size"});
  add("MirrorPad", {x, "pads"});
  add("PadV2", {x, "pads", "axis"});
  add("MatMul", {"matrix", "matrix"});
  return seeds;
}
