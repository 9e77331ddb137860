#include "tests/graph/inception.h"

#include "engine/graph/tensorflow.pb.h"
#include "tools/bench/inception_network.h"

namespace inception {
namespace {

// --- TensorFlow ------------------------------------------------------------------------------

namespace tf = engine::graph::tensorflow;

class GraphDefWriter : public Writer {
 public:
  GraphDefWriter() : Writer(kFraction) {}
  tf::GraphDef graph;

  Image front() override {
    constant("DecodeJpeg/contents", 7, {});  // a string: never run
    node("DecodeJpeg", "DecodeJpeg", {"DecodeJpeg/contents"});
    node("Cast", "Cast", {"DecodeJpeg"});
    numbers("ExpandDims/dim", {}, {0});
    node("ExpandDims", "ExpandDims", {"Cast", "ExpandDims/dim"});
    numbers("ResizeBilinear/size", {2}, {299, 299});
    node("ResizeBilinear", "ResizeBilinear", {"ExpandDims", "ResizeBilinear/size"});
    reals("Sub/y", {}, {128});
    node("Sub", "Sub", {"ResizeBilinear", "Sub/y"});
    reals("Mul/y", {}, {0.0078125});
    node("Mul", "Mul", {"Sub", "Mul/y"});
    return {"Mul", 3};
  }

  Image conv(const std::string& s, const Image& x, const Conv& c) override {
    reals(s + "/conv2d_params", {c.height, c.width, x.channels, c.out}, kernel(s, x, c));
    window(node(s + "/Conv2D", "Conv2D", {x.name, s + "/conv2d_params"}), c.stride, c.same);
    reals(s + "/batchnorm/beta", {c.out}, drawn(s + "b", c.out, -0.2f, 0.2f));
    reals(s + "/batchnorm/gamma", {c.out}, {1});  // one number for all
    reals(s + "/batchnorm/moving_mean", {c.out}, drawn(s + "m", c.out, -0.2f, 0.2f));
    reals(s + "/batchnorm/moving_variance", {c.out}, drawn(s + "v", c.out, 0.5f, 1.5f));
    tf::NodeDef& norm =
        node(s + "/batchnorm", "BatchNormWithGlobalNormalization",
             {s + "/Conv2D", s + "/batchnorm/moving_mean", s + "/batchnorm/moving_variance",
              s + "/batchnorm/beta", s + "/batchnorm/gamma"});
    (*norm.mutable_attr())["variance_epsilon"].set_f(0.001f);
    (*norm.mutable_attr())["scale_after_normalization"].set_b(false);
    checked(s, s + "/batchnorm");
    node(s, "Relu", {s + "/control_dependency"});
    return {s, c.out};
  }

  Image pool(const std::string& s, const Image& x, bool max, Index kernel, Index stride,
             bool same) override {
    checked(s, x.name);
    tf::NodeDef& n = node(s, max ? "MaxPool" : "AvgPool", {s + "/control_dependency"});
    auto& size = *(*n.mutable_attr())["ksize"].mutable_list();
    for (Index extent : {Index{1}, kernel, kernel, Index{1}}) size.add_i(extent);
    window(n, stride, same);
    return {s, x.channels};
  }

  Image join(const std::string& s, const std::vector<Image>& parts) override {
    numbers(s + "/join/concat_dim", {}, {3});
    std::vector<std::string> names{s + "/join/concat_dim"};
    Index channels = 0;
    for (const Image& part : parts) {
      names.push_back(part.name);
      channels += part.channels;
    }
    node(s + "/join", "Concat", names);
    return {s + "/join", channels};
  }

  void tail(const Image& x) override {
    pool("pool_3", x, false, 8, 1, false);
    numbers("pool_3/_reshape/shape", {2}, {1, kFeatures});
    node("pool_3/_reshape", "Reshape", {"pool_3", "pool_3/_reshape/shape"});
    reals("softmax/weights", {kFeatures, kClasses}, drawn("w", kFeatures * kClasses, -0.1f, 0.1f));
    reals("softmax/biases", {kClasses}, drawn("biases", kClasses, -1, 1));
    node("softmax/logits/MatMul", "MatMul", {"pool_3/_reshape", "softmax/weights"});
    node("softmax/logits", "BiasAdd", {"softmax/logits/MatMul", "softmax/biases"});
    node("softmax", "Softmax", {"softmax/logits"});
  }

 private:
  tf::NodeDef& node(const std::string& name, const std::string& op,
                    const std::vector<std::string>& inputs) {
    tf::NodeDef& n = *graph.add_node();
    n.set_name(name);
    n.set_op(op);
    for (const std::string& input : inputs) n.add_input(input);
    return n;
  }

  void checked(const std::string& s, const std::string& from) {
    node(s + "/CheckNumerics", "CheckNumerics", {from});
    node(s + "/control_dependency", "Identity", {from + ":0", "^" + s + "/CheckNumerics"});
  }

  static void window(tf::NodeDef& n, Index stride, bool same) {
    (*n.mutable_attr())["padding"].set_s(same ? "SAME" : "VALID");
    auto& strides = *(*n.mutable_attr())["strides"].mutable_list();
    for (Index step : {Index{1}, stride, stride, Index{1}}) strides.add_i(step);
  }

  tf::TensorProto& constant(const std::string& name, int type, const std::vector<Index>& extents) {
    auto& attributes = *node(name, "Const", {}).mutable_attr();
    attributes["dtype"].set_type(type);
    tf::TensorProto& tensor = *attributes["value"].mutable_tensor();
    tensor.set_dtype(type);
    tensor.mutable_tensor_shape();
    for (Index extent : extents) tensor.mutable_tensor_shape()->add_dim()->set_size(extent);
    return tensor;
  }

  // Long lists as bytes, short ones number by number, as TensorFlow does.
  void reals(const std::string& name, const std::vector<Index>& extents,
             const std::vector<float>& values) {
    tf::TensorProto& tensor = constant(name, 1, extents);
    if (values.size() > 1)
      tensor.set_tensor_content(values.data(), values.size() * sizeof(float));
    else
      tensor.add_float_val(values[0]);
  }

  void numbers(const std::string& name, const std::vector<Index>& extents,
               const std::vector<int>& values) {
    tf::TensorProto& tensor = constant(name, 3, extents);
    for (int value : values) tensor.add_int_val(value);
  }
};

}  // namespace

std::string as_graph_def() {
  GraphDefWriter writer;
  write(writer);
  return writer.graph.SerializeAsString();
}

engine::graph::Model as_onnx() { return as_onnx(kFraction); }

std::vector<std::string> conv_scopes() {
  GraphDefWriter writer;
  write(writer);
  std::vector<std::string> scopes;
  for (const tf::NodeDef& node : writer.graph.node())
    if (node.op() == "Conv2D") scopes.push_back(node.name().substr(0, node.name().rfind('/')));
  return scopes;
}

}  // namespace inception
