#include "tools/bench/inception_network.h"

#include <cmath>
#include <functional>
#include <map>
#include <random>

#include "engine/graph/write_onnx.h"
#include "engine/tensor.h"

namespace inception {
namespace {

using engine::Tensor;
using engine::graph::Attribute;
using engine::graph::Builder;

// --- The network -----------------------------------------------------------------------------

// A convolution at the fraction of its width.
Image one(Writer& w, const std::string& scope, const Image& x, Conv c) {
  c.out /= w.fraction;
  return w.conv(scope, x, c);
}

// Convolutions one after the other: scope/conv, scope/conv_1, ...
Image chain(Writer& w, const std::string& scope, Image x, const std::vector<Conv>& convs) {
  for (std::size_t i = 0; i < convs.size(); ++i)
    x = one(w, scope + "/conv" + (i ? "_" + std::to_string(i) : ""), x, convs[i]);
  return x;
}

Conv square(Index size, Index out) { return {size, size, out}; }
Conv flat(Index height, Index width, Index out) { return {height, width, out}; }
Conv halving(Index out) { return {3, 3, out, 2, false}; }

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
    parts.push_back(one(w, scope + "conv", from, flat(1, 3, 384)));
    parts.push_back(one(w, scope + "conv_1", from, flat(3, 1, 384)));
  }
  parts.push_back(pooled_branch(w, s, x, max, 192));
  return w.join(s, parts);
}

// --- ONNX ------------------------------------------------------------------------------------

class OnnxWriter : public Writer {
 public:
  using Writer::Writer;
  Builder net;

  Image front() override {
    const std::string images = net.input("images", {-1, 3, -1, -1});
    // As exporters declare "299 x 299, any batch".
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
        "w",
        Tensor::from({features(), classes()}, drawn("w", features() * classes(), -0.1f, 0.1f)));
    const std::string b =
        net.constant("b", Tensor::from({classes()}, drawn("biases", classes(), -1, 1)));
    const std::string unbiased = net.node("MatMul", {pool, w}, {}, "unbiased");
    net.node("Softmax", {net.node("Add", {unbiased, b})}, {}, "probabilities");
    net.output("features", {-1, features()});
    net.output("unbiased", {-1, classes()});
    net.output("probabilities", {-1, classes()});
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

std::vector<float> drawn(const std::string& name, Index count, float low, float high) {
  std::mt19937 engine(static_cast<unsigned>(std::hash<std::string>()(name)));
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (float& x : numbers) x = uniform(engine);
  return numbers;
}

std::vector<float> Writer::kernel(const std::string& scope, const Image& x, const Conv& c) const {
  const Index fan = c.height * c.width * x.channels;
  const float bound = std::sqrt(6.f / static_cast<float>(fan));
  return drawn(scope, fan * c.out, -bound, bound);
}

void write(Writer& w) {
  Image x = w.front();
  x = one(w, "conv", x, halving(32));
  x = one(w, "conv_1", x, {3, 3, 32, 1, false});
  x = one(w, "conv_2", x, square(3, 64));
  x = w.pool("pool", x, true, 3, 2, false);
  x = one(w, "conv_3", x, square(1, 80));
  x = one(w, "conv_4", x, {3, 3, 192, 1, false});
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

engine::graph::Model as_onnx(Index fraction) {
  OnnxWriter writer(fraction);
  write(writer);
  return writer.net.model();
}

}  // namespace inception
