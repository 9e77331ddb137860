// Files and folders as found in practice: weights behind links, unreadable values that nothing
// needs, opsets, and files mistaken for graphs.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <limits>

#include "engine/graph/graph.h"
#include "engine/graph/onnx.pb.h"
#include "engine/graph/tensorflow.pb.h"
#include "engine/graph/write_onnx.h"
#include "tests/datasets/scratch.h"

namespace {

using namespace engine;
using namespace engine::graph;
using namespace std::literals;
namespace fs = std::filesystem;

// y = relu(x) + w, and the model as its message.
onnx::ModelProto sum_model(int opset = 17) {
  Builder net(opset);
  net.input("x", {-1, 2});
  net.node("Relu", {"x"}, {}, "r");
  net.node("Add", {"r", net.constant("w", Tensor::from({2}, {1, 2}))}, {}, "y");
  net.output("y", {-1, 2});
  onnx::ModelProto proto;
  proto.ParseFromString(write_onnx(net.model()));
  return proto;
}

// --- Weights in other files ------------------------------------------------------------------

void put_outside(onnx::TensorProto& tensor, const std::string& location) {
  tensor.clear_raw_data();
  tensor.set_data_location(1);
  auto& entry = *tensor.add_external_data();
  entry.set_key("location");
  entry.set_value(location);
}

std::string bytes_of(std::initializer_list<float> numbers) {
  return {reinterpret_cast<const char*>(std::data(numbers)), numbers.size() * sizeof(float)};
}

TEST_CASE("graph files: a model and its weights may be links into a store of blobs") {
  const Scratch folder;
  onnx::ModelProto proto = sum_model();
  put_outside(*proto.mutable_graph()->mutable_initializer(0), "net.onnx.data");
  folder.write("cache/blobs/abc", proto.SerializeAsString());
  const fs::path weights = folder.write("cache/blobs/def", bytes_of({3, 4}));
  const fs::path root = weights.parent_path().parent_path();
  const fs::path snapshot = root / "snapshots" / "1";
  fs::create_directories(snapshot);
  fs::create_symlink("../../blobs/abc", snapshot / "net.onnx");
  fs::create_symlink("../../blobs/def", snapshot / "net.onnx.data");
  fs::create_directory_symlink("snapshots/1", root / "main");
  for (const fs::path& path : {snapshot / "net.onnx", root / "main" / "net.onnx"}) {
    const Graph graph = Graph::load(path.string());
    CHECK(graph(ones({1, 2})).values() == std::vector<Real>{4, 5});
    CHECK(graph.model().files ==
          std::vector<std::string>{(path.parent_path() / "net.onnx.data").string()});
  }
  const fs::path here = fs::current_path();
  fs::current_path(snapshot);
  const std::string bare = complaint([] { Graph::load("net.onnx"); });
  fs::current_path(here);
  CHECK(bare == "");
}

TEST_CASE("graph files: a location may not leave the model's folder, whatever it passes") {
  const Scratch folder;
  const fs::path model = folder.write("model/inner/w", bytes_of({5, 6}));
  folder.write("secret", bytes_of({7, 8}));
  fs::create_directory_symlink("..", model.parent_path() / "up");
  const auto load = [&](const std::string& location) {
    onnx::ModelProto proto = sum_model();
    put_outside(*proto.mutable_graph()->mutable_initializer(0), location);
    const std::string path = folder.write("model/net.onnx", proto.SerializeAsString());
    return complaint([&] { Graph::load(path)(ones({1, 2})); });
  };
  CHECK(load("inner/w") == "");
  CHECK(load("inner/../inner/./w") == "");
  for (const char* bad :
       {"../secret", "inner/../../secret", "/etc/hostname", "..", "", "inner/../.."})
    CHECK_MESSAGE(load(bad).ends_with("is not in the model's folder"), bad);
  CHECK(load("inner/w\0x"s).find("external data 'inner/w") != std::string::npos);
  // `inner/up` leads back to model/, but inner/up/.. is read as inner/.
  CHECK(load("inner/up/../w") == "");
  CHECK(load("missing").ends_with("model/missing is missing; it belongs beside the model"));
  CHECK(load("inner").ends_with("model/inner cannot be read"));
}

// --- Values that nobody needs ----------------------------------------------------------------

TEST_CASE("graph files: a value of a foreign type refuses who needs it, not the file") {
  onnx::ModelProto proto = sum_model();
  auto& text = *proto.mutable_graph()->add_initializer();
  text.set_name("labels");
  text.set_data_type(8);
  auto& small = *proto.mutable_graph()->add_initializer();
  small.set_name("tiny");
  small.set_data_type(17);  // a float8
  auto& sparse = *proto.mutable_graph()->add_sparse_initializer();
  sparse.mutable_values()->set_name("sparse");
  auto& node = *proto.mutable_graph()->add_node();
  node.set_op_type("Constant");
  node.add_output("half");
  auto& attribute = *node.add_attribute();
  attribute.set_name("value");
  attribute.mutable_t()->set_data_type(16);
  auto& sequence = *proto.mutable_graph()->add_input();
  sequence.set_name("list");
  sequence.mutable_type();
  const Graph graph = Graph::parse(proto.SerializeAsString(), "net.onnx");
  CHECK(graph(ones({1, 2})).values() == std::vector<Real>{2, 3});
  const auto needed = [&](const char* name) {
    return complaint([&] { graph.plan({"x"}, {name}); });
  };
  CHECK(needed("labels") == "net.onnx: tensor 'labels': string is not supported");
  CHECK(needed("tiny") == "net.onnx: tensor 'tiny': type 17 is not supported");
  CHECK(needed("sparse") == "net.onnx: tensor 'sparse': is sparse, which is not supported");
  CHECK(needed("half") == "net.onnx: tensor '': bfloat16 is not supported");
  CHECK(needed("list") ==
        "net.onnx: 'list' is not a tensor (but a sequence, a map or an optional)");
}

TEST_CASE("graph files: TensorFlow's zeros are stored without values") {
  tensorflow::GraphDef proto;
  const auto add = [&](const char* name, int type, std::initializer_list<Index> extents) {
    tensorflow::NodeDef& node = *proto.add_node();
    node.set_name(name);
    node.set_op("Const");
    auto& tensor = *(*node.mutable_attr())["value"].mutable_tensor();
    tensor.set_dtype(type);
    for (const Index extent : extents) tensor.mutable_tensor_shape()->add_dim()->set_size(extent);
  };
  add("reals", 1, {2, 3});
  add("number", 1, {});
  add("doubles", 2, {2});
  add("halves", 19, {2});
  add("whole", 3, {4});
  add("flags", 10, {2});
  add("many", 1, {300, 20});
  add("empty", 1, {0});
  add("text", 7, {2});
  add("huge, unused", 1, {1 << 20, 1 << 10});
  const Graph graph = Graph::parse(proto.SerializeAsString(), "zeros.pb");
  const auto values = graph.run_values(
      {}, {"reals", "number", "doubles", "halves", "whole", "flags", "many", "empty"});
  CHECK(values[0].tensor().values() == std::vector<Real>(6, 0));
  CHECK(values[1].shape() == Shape{});
  CHECK(values[1].tensor().item() == 0);
  CHECK(values[2].tensor().values() == std::vector<Real>(2, 0));
  CHECK(values[3].tensor().values() == std::vector<Real>(2, 0));
  CHECK(values[4].whole() == Whole(4, 0));
  CHECK(values[5].whole() == Whole(2, 0));
  CHECK(values[6].shape() == Shape{300, 20});
  CHECK(values[6].tensor().values() == std::vector<Real>(6000, 0));
  CHECK(values[7].size() == 0);
}

TEST_CASE("graph files: float64 that float32 cannot hold is refused where it is needed") {
  onnx::ModelProto proto = sum_model();
  auto& large = *proto.mutable_graph()->add_initializer();
  large.set_name("large");
  large.set_data_type(11);
  large.add_dims(2);
  large.add_double_data(1e300);
  large.add_double_data(std::numeric_limits<double>::infinity());
  const Graph graph = Graph::parse(proto.SerializeAsString(), "net.onnx");
  CHECK(graph(ones({1, 2})).size() == 2);
  CHECK(
      complaint([&] { graph.run({}, {"large"}); }) ==
      "net.onnx: tensor 'large': float64 is held as float32, which cannot hold 1e+300; export the "
      "network in float32");
  proto.mutable_graph()->mutable_initializer(1)->set_double_data(0, 3.4e38);
  const Graph held = Graph::parse(proto.SerializeAsString(), "net.onnx");
  CHECK(held.run({}, {"large"})[0].values()[0] == 3.4e38F);
}

// --- Opsets ----------------------------------------------------------------------------------

TEST_CASE("graph files: opsets up to the newest that is known, and what to do beyond") {
  for (const int opset : {1, 5, 6, 13, 20, 21, 22, 23, 24, 25, 26, 27, 28})
    CHECK(Graph::parse(sum_model(opset).SerializeAsString(), "net.onnx")(ones({1, 2})).size() == 2);
  CHECK(complaint([] { Graph::parse(sum_model(29).SerializeAsString(), "net.onnx"); }) ==
        "net.onnx: has opset 29; 1 to 28 are supported: export it with an older one (PyTorch: "
        "opset_version=20), or convert it with onnx.version_converter");
  for (const int opset : {0, -1})
    CHECK(complaint([&] { Graph::parse(sum_model(opset).SerializeAsString(), "net.onnx"); }) ==
          "net.onnx: has opset " + std::to_string(opset) +
              ", which does not exist; export the model again");
}

// --- What is no graph ------------------------------------------------------------------------

std::string told(std::string bytes) {
  bytes.resize(std::max<std::size_t>(bytes.size(), 300), '\0');
  return complaint([&] { Graph::parse(bytes, "f"); });
}

TEST_CASE("graph files: what is no graph is told by what it is, and what to do") {
  CHECK(told("PK\3\4....archive/data.pkl"s).starts_with("f: is a PyTorch file"));
  CHECK(told("PK\3\4....net/code/x net/constants.pkl"s).starts_with("f: is a PyTorch file"));
  CHECK(told("PK\3\4....x/archive_format x/models/model.json"s)
            .starts_with("f: is a torch.export program"));
  CHECK(told("PK\3\4....model.weights.h5"s).starts_with("f: is a Keras model"));
  CHECK(told("PK\3\4....mu.npy"s).starts_with("f: is an archive of NumPy arrays"));
  CHECK(told("PK\3\4....a.txt"s) == "f: is a zip archive; unpack it first");
  CHECK(told("\x80\2\x8a\nl\xfc\x9c\x46\xf9"s).starts_with("f: is a Python pickle"));
  CHECK(told("\x1f\x8b\x08"s).starts_with("f: is a gzip file; unpack it first"));
  CHECK(told("\x89HDF\r\n\x1a\n"s).starts_with("f: is an HDF5 file"));
  CHECK(told("\x1c\0\0\0TFL3"s).starts_with("f: is a TFLite model"));
  CHECK(told("\x1c\0\0\0ORTM"s).starts_with("f: is an ONNX Runtime model"));
  CHECK(told("\x0a\0\0\0\0\0\0\0{\"a\":{}}"s).starts_with("f: is a safetensors file"));
  CHECK(told("GGUF\3"s).starts_with("f: is a GGUF file"));
  CHECK(told("\x93NUMPY\1"s).starts_with("f: is a NumPy array"));
  CHECK(told(std::string(257, 'x') + "ustar").starts_with("f: is a tar archive"));
  CHECK(told("version https://git-lfs.github.com/spec/v1\noid"s)
            .starts_with("f: is a Git LFS pointer"));
  CHECK(told("\n<!DOCTYPE html>"s).starts_with("f: is a web page"));
  CHECK(told("node {\n  name: \"x\""s).starts_with("f: is a TensorFlow graph as text"));
  CHECK(told("ir_version: 8\n"s).starts_with("f: is an ONNX model as text"));
  CHECK(
      told("model_checkpoint_path: \"m\""s).starts_with("f: is a list of TensorFlow checkpoints"));
  CHECK(told(std::string(300, '\1') + "\x57\xfb\x80\x8b\x24\x75\x47\xdb")
            .starts_with("f: is an index of a TensorFlow checkpoint"));
  for (const char* line : {"PK\3\4....archive/data.pkl", "\x89HDF\r\n\x1a\n", "GGUF"})
    CHECK(told(line).find("export") != std::string::npos);
}

TEST_CASE("graph files: TensorFlow's other messages") {
  // schema version 1, one MetaGraphDef with tags and an empty graph
  const std::string meta = "\x0a\x07\x22\x05serve\x12\x02\x22\x00"s;
  const std::string saved = "\x08\x01\x12"s + static_cast<char>(meta.size()) + meta;
  CHECK(complaint([&] { Graph::parse(saved, "saved_model.pb"); })
            .starts_with("saved_model.pb: is a TensorFlow SavedModel, whose weights are in other "
                         "files; convert it: "));
  CHECK(complaint([&] {
          Graph::parse(meta + "\x1a\x02\x0a\x00"s, "m.meta");
        }).starts_with("m.meta: is a TensorFlow MetaGraph"));
  CHECK(complaint([] { Graph::parse("\x08\x07\x12\x01x\x1a\x01y"s, "no.onnx"); }) ==
        "no.onnx: is not an ONNX model: it holds no graph");
  CHECK(complaint([] { Graph::parse("\x0a\x04\x10\x01\x22\x00"s, "keras_metadata.pb"); }) ==
        "keras_metadata.pb: is neither an ONNX model nor a TensorFlow GraphDef");
}

TEST_CASE("graph files: a folder is told by what lies in it") {
  const Scratch folder;
  const auto told = [&](const std::string& file) {
    const fs::path path = folder.write(file, "x");
    const std::string text = complaint([&] { Graph::load(path.parent_path().string()); });
    return text.substr(path.parent_path().string().size());
  };
  CHECK(told("saved/saved_model.pb").starts_with(": is the folder of a TensorFlow SavedModel"));
  CHECK(told("ckpt/model.ckpt-7.index").starts_with(": is the folder of a TensorFlow checkpoint"));
  CHECK(told("hub/model.safetensors").starts_with(": is a folder of weights without a graph"));
  CHECK(told("net/model.onnx").find("pass the graph in it: ") != std::string::npos);
  CHECK(told("empty/readme.txt").starts_with(": is a folder; pass a graph file"));
  folder.write("run/config.json", "{}");
  CHECK(told("run/checkpoint.safetensors").find("gan export ") != std::string::npos);
}

}  // namespace
