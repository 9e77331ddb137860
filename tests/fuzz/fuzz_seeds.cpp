// Writes the seeds to start fuzzing from: for TensorFlow a small graph for each kind of op, for
// ONNX the small models that Debian's libonnx-testdata installs. usage: fuzz_seeds FOLDER
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/file.h"
#include "engine/graph/tensorflow.pb.h"
#include "gan/metrics/npz.h"

namespace {

namespace fs = std::filesystem;
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
void write(const fs::path& folder, const std::string& op, const std::vector<std::string>& inputs) {
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
  constant(graph, "pads", 3, {4, 2}, {0, 0, 1, 1, 1, 2, 0, 0});
  tf::NodeDef& n = node(graph, "y", op, inputs);
  auto& attributes = *n.mutable_attr();
  list(n, "strides", {1, 2, 2, 1});
  list(n, "ksize", {1, 2, 2, 1});
  list(n, "dilations", {1, 1, 1, 1});
  attributes["padding"].set_s("SAME");
  attributes["is_training"].set_b(false);
  attributes["align_corners"].set_b(false);
  attributes["keep_dims"].set_b(true);
  attributes["DstT"].set_type(3);
  attributes["variance_epsilon"].set_f(0.001f);
  engine::write_file(folder / (op + ".pb"), graph.SerializeAsString());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  const fs::path folder = argv[1], cases = "/usr/share/libonnx-testdata/data";
  fs::create_directories(folder / "tensorflow");
  fs::create_directories(folder / "onnx");
  fs::create_directories(folder / "npz");
  using gan::metrics::NpyArray;
  const NpyArray mu = NpyArray::from({2}, {1, 2}), sigma = NpyArray::from({2, 2}, {2, 1, 1, 3});
  engine::write_file(folder / "npz/array", gan::metrics::write_npy(sigma));
  engine::write_file(folder / "npz/stored",
                     gan::metrics::write_npz({{"mu", mu}, {"sigma", sigma}}));
  const std::string x = "x", c = "channels";
  for (const char* op : {"Relu", "Relu6", "LeakyRelu", "Identity", "Softmax", "Square", "Squeeze",
                         "MaxPool", "AvgPool", "Cast", "Shape", "Elu", "Tanh"})
    write(folder / "tensorflow", op, {x});
  write(folder / "tensorflow", "Conv2D", {x, "kernel"});
  write(folder / "tensorflow", "BiasAdd", {x, c});
  write(folder / "tensorflow", "Maximum", {x, c});
  write(folder / "tensorflow", "BatchNormWithGlobalNormalization", {x, c, c, c, c});
  write(folder / "tensorflow", "FusedBatchNorm", {x, c, c, c, c});
  write(folder / "tensorflow", "Concat", {"axis", x, x});
  write(folder / "tensorflow", "ConcatV2", {x, x, "axis"});
  write(folder / "tensorflow", "Reshape", {x, "shape"});
  write(folder / "tensorflow", "ResizeBilinear", {x, "axes"});
  write(folder / "tensorflow", "ResizeNearestNeighbor", {x, "axes"});
  write(folder / "tensorflow", "Mean", {x, "axes"});
  write(folder / "tensorflow", "Pad", {x, "pads"});
  write(folder / "tensorflow", "ExpandDims", {c, "axis"});
  write(folder / "tensorflow", "MatMul", {"matrix", "matrix"});
  if (!fs::exists(cases)) return 0;
  for (const auto& entry : fs::recursive_directory_iterator(cases)) {
    const fs::path& file = entry.path();
    if (file.filename() != "model.onnx" || fs::file_size(file) > 16384) continue;
    fs::copy_file(file, folder / "onnx" / file.parent_path().filename(),
                  fs::copy_options::overwrite_existing);
  }
  return 0;
}
