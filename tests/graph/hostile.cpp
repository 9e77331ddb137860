// Untrusted files: a clear error, never a crash, never more memory than they justify.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "engine/graph/graph.h"
#include "engine/graph/onnx.pb.h"
#include "engine/graph/plan.h"
#include "engine/graph/write_onnx.h"
#include "engine/random.h"
#include "tests/datasets/scratch.h"
#include "tests/graph/inception.h"

namespace {

using namespace engine;
using namespace engine::graph;
namespace fs = std::filesystem;

onnx::ModelProto small_model() {
  Builder net;
  net.input("x", {-1, 2, 4, 4});
  net.node("Conv", {"x", net.kernel("w", full({3, 1, 1, 2}, 1))}, {}, "c");
  net.node("Relu", {"c"}, {}, "y");
  net.output("y", {-1, 3, 4, 4});
  onnx::ModelProto proto;
  proto.ParseFromString(write_onnx(net.model()));
  return proto;
}

// What is said of a model after a change; runs it if it can be read.
std::string refusal(const std::function<void(onnx::ModelProto&)>& change) {
  onnx::ModelProto proto = small_model();
  change(proto);
  try {
    Graph::parse(proto.SerializeAsString(), "bad.onnx").run({{"x", ones({1, 4, 4, 2})}});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("hostile: a file cut off anywhere") {
  for (const std::string& whole :
       {small_model().SerializeAsString(), inception::as_graph_def().substr(0, 4000)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      try {
        const Graph graph = Graph::parse(whole.substr(0, size), "cut");
        graph.run({}, {});
      } catch (const Error& error) {
        CHECK(std::string(error.what()).starts_with("cut: "));
      }
    }
  }
}

// Attributes of every kind, and rows that make something of them.
std::string model_of_attributes() {
  Builder net;
  const std::string shape = net.constant("shape", std::vector<Index>{1, 2});
  const std::string a =
      net.node("ConstantOfShape", {shape}, {{"value", Value(Tensor::from({1}, {2}))}});
  const std::string b = net.node("Constant", {}, {{"value_floats", std::vector<float>{1, 2}}});
  const std::string x = net.input("x", {-1, 2, 4, 4});
  const std::string pool = net.node("MaxPool", {x},
                                    {{"kernel_shape", std::vector<Index>{4, 4}},
                                     {"auto_pad", std::string("VALID")},
                                     {"ceil_mode", Index{0}}});
  const std::string row = net.node("Flatten", {pool}, {{"axis", Index{1}}});
  const std::string y = net.node("Gemm", {row, net.node("Concat", {a, a}, {{"axis", Index{0}}}), b},
                                 {{"alpha", 0.5f}});
  net.output(y, {-1, 2});
  return write_onnx(net.model());
}

void change_every_byte(const std::string& whole, std::initializer_list<char> changes) {
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const char change : changes) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      try {
        Graph::parse(bytes, "changed").run({{"x", ones({1, 4, 4, 2})}});
      } catch (const Error&) {
      }
    }
}

TEST_CASE("hostile: a byte changed anywhere") {
  change_every_byte(small_model().SerializeAsString(), {1, 16, -128, -1});
  Graph::parse(model_of_attributes(), "whole").run({{"x", ones({1, 4, 4, 2})}});
  change_every_byte(model_of_attributes(), {1, 2, 3, 4, 5, 6, 7, 16, -128, -1});
}

TEST_CASE("hostile: an attribute of another type than the op's") {
  Builder net;
  const std::string shape = net.constant("shape", std::vector<Index>{2});
  net.output(net.node("ConstantOfShape", {shape}, {{"value", Index{1}}}, "y"), {2});
  CHECK_THROWS_WITH_AS(Graph::parse(write_onnx(net.model()), "net.onnx").run({}),
                       "net.onnx: node 'y' (ConstantOfShape): attribute value is not a tensor",
                       Error);
}

TEST_CASE("hostile: the line says where reading stopped, or what the file is not") {
  CHECK_THROWS_WITH(Graph::parse("", "empty"),
                    "empty: is neither an ONNX model nor a TensorFlow GraphDef");
  CHECK_THROWS_WITH(Graph::parse("\x89PNG\r\n\x1a\n", "picture"),
                    "picture: is neither an ONNX model nor a TensorFlow GraphDef");
  const std::string whole = small_model().SerializeAsString();
  const std::string size = std::to_string(whole.size() - 3);
  CHECK_THROWS_WITH(Graph::parse(whole.substr(0, whole.size() - 3), "cut.onnx"),
                    doctest::Contains(("of " + size).c_str()));
}

TEST_CASE("hostile: shapes that are not what they seem") {
  const auto dims = [](std::vector<Index> extents) {
    return refusal([&](onnx::ModelProto& m) {
      auto& tensor = *m.mutable_graph()->mutable_initializer(0);
      tensor.clear_dims();
      for (Index extent : extents) tensor.add_dims(extent);
    });
  };
  CHECK(dims({1 << 30, 1 << 30, 1 << 30}) ==
        "bad.onnx: tensor 'w': [1073741824, 1073741824, 1073741824] has more elements than the 6 "
        "that are there");
  CHECK(dims({-3, 2, 1, 1}) == "bad.onnx: tensor 'w': has an extent of -3");
  CHECK(dims({3, 1, 1, 1}) ==
        "bad.onnx: tensor 'w': float32 [3, 1, 1, 1] takes 12 bytes, 24 are there");
  CHECK(dims({3, 2, 1, 1, 1, 1, 1}) == "bad.onnx: tensor 'w': has 7 axes, more than 6");
  CHECK(dims({0, Index{1} << 62, Index{1} << 62}).starts_with("bad.onnx: tensor 'w'"));
  CHECK(dims({0, 1 << 21}) ==
        "bad.onnx: tensor 'w': [0, 2097152] has more elements than the 1048576 that the other axes "
        "of an empty value may span");
  CHECK(dims({2, 3, 1, 1}).starts_with("bad.onnx: node 'c' (Conv): "));
}

TEST_CASE("hostile: types, attributes and results out of range") {
  CHECK(refusal([](onnx::ModelProto& m) {
          m.mutable_graph()->mutable_initializer(0)->set_data_type(8);
        }) == "bad.onnx: tensor 'w': string is not supported");
  CHECK(refusal([](onnx::ModelProto& m) {
          auto& a = *m.mutable_graph()->mutable_node(0)->add_attribute();
          a.set_name("strides");
          a.add_ints(0);
          a.add_ints(1);
        }) == "bad.onnx: node 'c' (Conv): attribute strides is 0");
  CHECK(refusal([](onnx::ModelProto& m) {
          auto& a = *m.mutable_graph()->mutable_node(0)->add_attribute();
          a.set_name("pads");
          for (int i = 0; i < 4; ++i) a.add_ints(1 << 23);
        }) ==
        "bad.onnx: node 'c' (Conv): a result [1, 16777220, 16777220, 3] is more than "
        "67174496 elements");
  CHECK(refusal([](onnx::ModelProto& m) {
          auto& a = *m.mutable_graph()->mutable_node(0)->add_attribute();
          a.set_name("auto_pad");
          a.set_f(1);
        }) == "bad.onnx: node 'c' (Conv): attribute auto_pad is of the wrong type");
}

TEST_CASE("hostile: graphs that lead nowhere") {
  CHECK(refusal([](onnx::ModelProto& m) {
          m.mutable_graph()->mutable_node(0)->set_input(0, "y");
        }) == "bad.onnx: node 'y' (Relu): depends on its own result");
  CHECK(refusal([](onnx::ModelProto& m) {
          m.mutable_graph()->mutable_node(0)->set_input(1, "v");
        }) == "bad.onnx: node 'c' (Conv): no node produces 'v'");
  CHECK(refusal([](onnx::ModelProto& m) { m.mutable_graph()->mutable_node(0)->clear_input(); }) ==
        "bad.onnx: node 'c' (Conv): input 0 is missing");
  CHECK(refusal([](onnx::ModelProto& m) {
          m.mutable_graph()->mutable_node(1)->set_output(0, "c");
        }) == "bad.onnx: node 'y' (Relu): another node makes 'c' too");
  CHECK(refusal([](onnx::ModelProto& m) {
          m.mutable_graph()->mutable_node(0)->set_op_type("Foo");
          m.mutable_graph()->mutable_node(1)->set_domain("com.bar");
        }) == "bad.onnx: not supported: Foo (node 'c'), com.bar.Relu (node 'y')");
  const Graph graph = Graph::parse(small_model().SerializeAsString(), "net.onnx");
  CHECK_THROWS_WITH(graph.run({}), "net.onnx: input 'x' needs a value");
  CHECK_THROWS_WITH(graph.run({{"x", ones({1, 4, 4, 3})}}),
                    "net.onnx: input 'x' has shape [1, 3, 4, 4], the file says [-1, 2, 4, 4] (-1: "
                    "any; the first may always differ)");
}

TEST_CASE("hostile: a chain of a hundred thousand nodes is walked without recursion") {
  Builder net;
  std::string x = net.input("x", {-1});
  for (int i = 0; i < 100'000; ++i) x = net.node("Identity", {x});
  net.output(x, {-1});
  CHECK(Graph(net.model())(ones({3})).size() == 3);
}

TEST_CASE("hostile: folding constants makes no more than the file justifies") {
  Builder net;
  const std::string shape = net.constant("shape", std::vector<Index>{1 << 15, 1 << 15});
  std::string x = net.node("ConstantOfShape", {shape});
  net.node("Shape", {x}, {}, "y");
  net.output("y", {2}, Type::int64);
  const Graph graph{net.model()};
  CHECK(graph.plan({}, {"y"}).steps() == 2);  // not run yet
}

TEST_CASE("hostile: nor does running a graph, which may make more of what it is fed") {
  Builder net;
  const std::string shape = net.constant("shape", std::vector<Index>{Index{1} << 31});
  net.node("ConstantOfShape", {shape}, {{"value", Value(Shape{1}, Whole{0})}}, "y");
  net.output("y", {-1}, Type::int64);
  CHECK_THROWS_WITH_AS(Graph(net.model()).run_values({}),
                       doctest::Contains("[2147483648] is more than 67108880 elements"), Error);
  Builder wide;
  wide.node("Expand", {wide.input("x", {-1, 1}), wide.constant("wide", std::vector<Index>{1, 64})},
            {}, "y");
  wide.output("y", {-1, 64});
  CHECK(Graph(wide.model())(zeros({(Index{1} << 20) + 1, 1})).dim(1) == 64);
}

// --- Weights in other files ------------------------------------------------------------------

std::string external(const Scratch& folder, const std::string& location, const std::string& offset,
                     const std::string& length) {
  onnx::ModelProto proto = small_model();
  auto& tensor = *proto.mutable_graph()->mutable_initializer(0);
  tensor.clear_raw_data();
  tensor.set_data_location(1);
  for (const auto& [key, value] :
       {std::pair{"location", location}, {"offset", offset}, {"length", length}}) {
    tensor.add_external_data()->set_key(key);
    tensor.mutable_external_data(tensor.external_data_size() - 1)->set_value(value);
  }
  try {
    const Graph graph = Graph::load(folder.write("model/net.onnx", proto.SerializeAsString()));
    return std::to_string(graph(ones({1, 4, 4, 2})).values()[2]);
  } catch (const Error& error) {
    const std::string text = error.what();
    return text.substr(text.find("tensor"));
  }
}

TEST_CASE("hostile: weights in other files stay in the model's folder") {
  const Scratch folder;
  const std::vector<float> weights{0, 0, 1, 2, 3, 4, 5, 6};
  const std::string bytes(reinterpret_cast<const char*>(weights.data()), 32);
  folder.write("model/weights.bin", bytes);
  folder.write("secret", bytes);
  CHECK(external(folder, "weights.bin", "8", "24") == std::to_string(11.f));
  CHECK(external(folder, "../secret", "8", "24") ==
        "tensor 'w': external data '../secret' is not in the model's folder");
  CHECK(external(folder, "/etc/passwd", "0", "24") ==
        "tensor 'w': external data '/etc/passwd' is not in the model's folder");
  CHECK(external(folder, "weights.bin", "16", "24")
            .starts_with("tensor 'w': bytes 16 to 40 are not in "));
  CHECK(external(folder, "weights.bin", "-8", "24") ==
        "tensor 'w': external offset is not a number: '-8'");
  CHECK(
      external(folder, "weights.bin", "8", "999999999999").starts_with("tensor 'w': bytes 8 to "));
  CHECK(external(folder, "weights.bin", "8", "20") ==
        "tensor 'w': [3, 2, 1, 1] has more elements than the 5 that are there");
  CHECK(external(folder, "other.bin", "0", "24").starts_with("tensor 'w': external data "));
  fs::create_symlink("../secret", fs::path(folder.write("model/x", "")).parent_path() / "link");
  CHECK(external(folder, "link", "8", "24") == std::to_string(11.f));  // the user put it there
  // A pipe without a writer; opening it for reading would block forever.
  const std::string pipe = folder.write("model/pipe", "");
  fs::remove(pipe);
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  ::alarm(20);
  CHECK(external(folder, "pipe", "0", "24").starts_with("tensor 'w': external data "));
  ::alarm(0);
}

// A change of the tensor that the only convolution reads refuses whoever needs it, and nobody else.
TEST_CASE("hostile: a constant that cannot be read refuses only those who need it") {
  const std::function<void(onnx::TensorProto&)> changes[] = {
      [](auto& t) { t.add_dims(5); },                     // contradicts its bytes
      [](auto& t) { t.set_dims(0, -1); },                 //
      [](auto& t) { t.mutable_raw_data()->pop_back(); },  // cut off
      [](auto& t) { t.set_data_type(8); },                // a string
      [](auto& t) { t.clear_raw_data(); },                // no numbers
      [](auto& t) { t.set_data_location(1); },            // in a file without a name
      [](auto& t) {
        t.set_data_location(1);
        t.add_external_data()->set_key("location");
        t.mutable_external_data(0)->set_value("nobody.bin");
      },
      [](auto& t) {
        t.set_data_type(11);
        t.clear_raw_data();
        for (int i = 0; i < 6; ++i) t.add_double_data(1e300);
      },
  };
  for (const auto& change : changes) {
    onnx::ModelProto proto = small_model();
    change(*proto.mutable_graph()->mutable_initializer(0));
    auto& constant = *proto.mutable_graph()->add_node();  // the same as an attribute of a node
    constant.set_op_type("Constant");
    constant.add_output("v");
    constant.add_attribute()->set_name("value");
    *constant.mutable_attribute(0)->mutable_t() = proto.graph().initializer(0);
    const Graph graph = Graph::parse(proto.SerializeAsString(), "bad.onnx");
    CHECK(graph.run({{"c", ones({1, 4, 4, 3})}}, {"y"})[0].values()[0] == 1);
    CHECK(graph.has("w"));
    CHECK(complaint([&] {
            graph.run({{"x", ones({1, 4, 4, 2})}}, {"y"});
          }).starts_with("bad.onnx: tensor 'w': "));
    CHECK(complaint([&] { graph.run({}, {"v"}); }).starts_with("bad.onnx: tensor 'w': "));
  }
}

TEST_CASE("hostile: many tensors of one file take a few times what it holds, not more") {
  const Scratch folder;
  folder.write("model/weights.bin", std::string(32, '\0'));
  onnx::ModelProto proto = small_model();
  auto& tensor = *proto.mutable_graph()->mutable_initializer(0);
  tensor.clear_raw_data();
  tensor.set_data_location(1);
  tensor.add_external_data()->set_key("location");
  tensor.mutable_external_data(0)->set_value("weights.bin");
  tensor.clear_dims();
  tensor.add_dims(8);
  for (const char* name : {"a", "b", "c"}) {
    *proto.mutable_graph()->add_initializer() = tensor;
    proto.mutable_graph()->mutable_initializer()->rbegin()->set_name(name);
  }
  const auto load = [&] { Graph::load(folder.write("model/net.onnx", proto.SerializeAsString())); };
  CHECK_NOTHROW(load());
  *proto.mutable_graph()->add_initializer() = tensor;
  CHECK_THROWS_WITH_AS(
      load(), doctest::Contains("the tensors so far use 160 bytes from files of 32"), Error);
}

}  // namespace
