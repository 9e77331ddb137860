#include "tests/graph/inception.h"

#include <functional>
#include <random>

#include "engine/graph/tensorflow.pb.h"
#include "engine/graph/write_onnx.h"
#include "engine/tensor.h"

namespace inception {
namespace {

using engine::Index;
using engine::Shape;
using engine::Tensor;
using engine::graph::Attribute;
using engine::graph::Builder;

// A value of the network: the name of its node, and how many channels it has.
struct Image {
  std::string name;
  Index channels;
};

struct Conv {
  Index height, width, out;
  Index stride = 1;
  bool same = true;
};

std::vector<float> drawn(const std::string& name, Index count, float low, float high) {
  std::mt19937 engine(static_cast<unsigned>(std::hash<std::string>()(name)));
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (float& x : numbers) x = uniform(engine);
  return numbers;
}

// What a file format must be able to say.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual Image front() = 0;
  virtual Image conv(const std::string& scope, const Image& x, const Conv& conv) = 0;
  virtual Image pool(const std::string& scope, const Image& x, bool max, Index kernel, Index stride,
                     bool same) = 0;
  virtual Image join(const std::string& scope, const std::vector<Image>& parts) = 0;
  virtual void tail(const Image& x) = 0;

  std::vector<float> kernel(const std::string& scope, const Image& x, const Conv& c) const {
    const Index fan = c.height * c.width * x.channels;
    const float bound = std::sqrt(6.f / static_cast<float>(fan));
    return drawn(scope, fan * c.out, -bound, bound);
  }
};

// --- The network -----------------------------------------------------------------------------

// Convolutions one after the other: scope/conv, scope/conv_1, ...
Image chain(Writer& w, const std::string& scope, Image x, const std::vector<Conv>& convs) {
  for (std::size_t i = 0; i < convs.size(); ++i)
    x = w.conv(scope + "/conv" + (i ? "_" + std::to_string(i) : ""), x, convs[i]);
  return x;
}

Conv square(Index size, Index out) { return {size, size, out / 16}; }
Conv flat(Index height, Index width, Index out) { return {height, width, out / 16}; }
Conv halving(Index out) { return {3, 3, out / 16, 2, false}; }

Image pooled_branch(Writer& w, const std::string& x_scope, const Image& x, bool max, Index out) {
  const Image pooled = w.pool(x_scope + "/tower_2/pool", x, max, 3, 1, true);
  return chain(w, x_scope + "/tower_2", pooled, {square(1, out)});
}

Image block_a(Writer& w, const std::string& s, const Image& x, Index pool) {
  const Image a = chain(w, s, x, {square(1, 64)});
  const Image b = chain(w, s + "/tower", x, {square(1, 48), square(5, 64)});
  const Image c = chain(w, s + "/tower_1", x, {square(1, 64), square(3, 96), square(3, 96)});
  return w.join(s, {a, b, c, pooled_branch(w, s, x, false, pool)});
}

Image block_b(Writer& w, const std::string& s, const Image& x) {
  const Image a = chain(w, s, x, {halving(384)});
  const Image b = chain(w, s + "/tower", x, {square(1, 64), square(3, 96), halving(96)});
  return w.join(s, {a, b, w.pool(s + "/pool", x, true, 3, 2, false)});
}

Image block_c(Writer& w, const std::string& s, const Image& x, Index c) {
  const Image first = chain(w, s, x, {square(1, 192)});
  const Image second = chain(w, s + "/tower", x, {square(1, c), flat(1, 7, c), flat(7, 1, 192)});
  const Image third =
      chain(w, s + "/tower_1", x,
            {square(1, c), flat(7, 1, c), flat(1, 7, c), flat(7, 1, c), flat(1, 7, 192)});
  return w.join(s, {first, second, third, pooled_branch(w, s, x, false, 192)});
}

Image block_d(Writer& w, const std::string& s, const Image& x) {
  const Image a = chain(w, s + "/tower", x, {square(1, 192), halving(320)});
  const Image b =
      chain(w, s + "/tower_1", x, {square(1, 192), flat(1, 7, 192), flat(7, 1, 192), halving(192)});
  return w.join(s, {a, b, w.pool(s + "/pool", x, true, 3, 2, false)});
}

Image block_e(Writer& w, const std::string& s, const Image& x, bool max) {
  const Image a = chain(w, s, x, {square(1, 320)});
  const Image b = chain(w, s + "/tower", x, {square(1, 384)});
  const Image c = chain(w, s + "/tower_1", x, {square(1, 448), square(3, 384)});
  std::vector<Image> parts{a};
  for (const auto& [scope, from] :
       {std::pair{s + "/tower/mixed/", b}, {s + "/tower_1/mixed/", c}}) {
    parts.push_back(w.conv(scope + "conv", from, flat(1, 3, 384)));
    parts.push_back(w.conv(scope + "conv_1", from, flat(3, 1, 384)));
  }
  parts.push_back(pooled_branch(w, s, x, max, 192));
  return w.join(s, parts);
}

void write(Writer& w) {
  Image x = w.front();
  x = w.conv("conv", x, halving(32));
  x = w.conv("conv_1", x, {3, 3, 2, 1, false});
  x = w.conv("conv_2", x, square(3, 64));
  x = w.pool("pool", x, true, 3, 2, false);
  x = w.conv("conv_3", x, square(1, 80));
  x = w.conv("conv_4", x, {3, 3, 12, 1, false});
  x = w.pool("pool_1", x, true, 3, 2, false);
  x = block_a(w, "mixed", x, 32);
  x = block_a(w, "mixed_1", x, 64);
  x = block_a(w, "mixed_2", x, 64);
  x = block_b(w, "mixed_3", x);
  x = block_c(w, "mixed_4", x, 128);
  x = block_c(w, "mixed_5", x, 160);
  x = block_c(w, "mixed_6", x, 160);
  x = block_c(w, "mixed_7", x, 192);
  x = block_d(w, "mixed_8", x);
  x = block_e(w, "mixed_9", x, false);
  x = block_e(w, "mixed_10", x, true);
  w.tail(x);
}

// --- TensorFlow ------------------------------------------------------------------------------

namespace tf = engine::graph::tensorflow;

class GraphDefWriter : public Writer {
 public:
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

// --- ONNX ------------------------------------------------------------------------------------

class OnnxWriter : public Writer {
 public:
  Builder net;

  Image front() override {
    const std::string images = net.input("images", {-1, 3, -1, -1});
    // As exporters say "299 x 299, whatever the batch".
    const std::string shape = net.node("Shape", {images});
    const std::string batch = net.node("Slice", {shape, net.constant("zero", std::vector<Index>{0}),
                                                 net.constant("two", std::vector<Index>{2})});
    const std::string sizes = net.node(
        "Concat", {batch, net.constant("299", std::vector<Index>{299, 299})}, {{"axis", Index{0}}});
    const std::string resized =
        net.node("Resize", {images, "", "", sizes},
                 {{"mode", std::string("linear")},
                  {"coordinate_transformation_mode", std::string("asymmetric")}});
    const std::string centred =
        net.node("Sub", {resized, net.constant("128", engine::scalar(128))});
    return {net.node("Mul", {centred, net.constant("1/128", engine::scalar(0.0078125))}), 3};
  }

  Image conv(const std::string& s, const Image& x, const Conv& c) override {
    // From [kH, kW, I, O] to [O, I, kH, kW], number by number.
    const std::vector<float> hwio = kernel(s, x, c);
    std::vector<float> oihw;
    for (Index o = 0; o < c.out; ++o)
      for (Index i = 0; i < x.channels; ++i)
        for (Index at = 0; at < c.height * c.width; ++at)
          oihw.push_back(hwio[(at * x.channels + i) * c.out + o]);
    const std::string w =
        net.constant(s + ".w", Tensor::from({c.out, x.channels, c.height, c.width}, oihw));
    const std::string y =
        net.node("Conv", {x.name, w}, window(c.height, c.width, c.stride, c.same));
    const auto channel = [&](const char* suffix, const std::vector<float>& values) {
      return net.constant(s + suffix, Tensor::from({c.out}, values));
    };
    const std::string normal = net.node("BatchNormalization",
                                        {y, channel(".g", std::vector<float>(c.out, 1)),
                                         channel(".b", drawn(s + "b", c.out, -0.2f, 0.2f)),
                                         channel(".m", drawn(s + "m", c.out, -0.2f, 0.2f)),
                                         channel(".v", drawn(s + "v", c.out, 0.5f, 1.5f))},
                                        {{"epsilon", 0.001f}});
    return {net.node("Relu", {normal}, {}, s), c.out};
  }

  Image pool(const std::string& s, const Image& x, bool max, Index kernel, Index stride,
             bool same) override {
    auto attributes = window(kernel, kernel, stride, same);
    return {net.node(max ? "MaxPool" : "AveragePool", {x.name}, attributes, s), x.channels};
  }

  Image join(const std::string& s, const std::vector<Image>& parts) override {
    std::vector<std::string> names;
    Index channels = 0;
    for (const Image& part : parts) {
      names.push_back(part.name);
      channels += part.channels;
    }
    return {net.node("Concat", names, {{"axis", Index{1}}}, s), channels};
  }

  void tail(const Image& x) override {
    const std::string pooled = net.node("GlobalAveragePool", {x.name});
    const std::string pool = net.node("Flatten", {pooled}, {{"axis", Index{1}}}, "features");
    const std::string w = net.constant(
        "w", Tensor::from({kFeatures, kClasses}, drawn("w", kFeatures * kClasses, -0.1f, 0.1f)));
    const std::string b =
        net.constant("b", Tensor::from({kClasses}, drawn("biases", kClasses, -1, 1)));
    const std::string unbiased = net.node("MatMul", {pool, w}, {}, "unbiased");
    net.node("Softmax", {net.node("Add", {unbiased, b})}, {}, "probabilities");
    net.output("features", {-1, kFeatures});
    net.output("unbiased", {-1, kClasses});
    net.output("probabilities", {-1, kClasses});
  }

 private:
  static std::map<std::string, Attribute> window(Index height, Index width, Index stride,
                                                 bool same) {
    const Index h = same ? height / 2 : 0, w = same ? width / 2 : 0;
    return {{"kernel_shape", std::vector<Index>{height, width}},
            {"strides", std::vector<Index>{stride, stride}},
            {"pads", std::vector<Index>{h, w, h, w}}};
  }
};

}  // namespace

std::string as_graph_def() {
  GraphDefWriter writer;
  write(writer);
  return writer.graph.SerializeAsString();
}

engine::graph::Model as_onnx() {
  OnnxWriter writer;
  write(writer);
  return writer.net.model();
}

std::vector<std::string> conv_scopes() {
  GraphDefWriter writer;
  write(writer);
  std::vector<std::string> scopes;
  for (const tf::NodeDef& node : writer.graph.node())
    if (node.op() == "Conv2D") scopes.push_back(node.name().substr(0, node.name().rfind('/')));
  return scopes;
}

}  // namespace inception
