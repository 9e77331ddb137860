#include "tools/train_scorer/network.h"

#include <algorithm>
#include <cmath>

#include "datasets/batch.h"
#include "engine/graph/trace.h"
#include "engine/linalg.h"
#include "layers/layers.h"

namespace scorer {
namespace {

using namespace layers;
using engine::Real;
using engine::Tensor;

// A convolution that is saved but not trained.
struct FixedConv {
  engine::State kernel, bias;
  Tensor operator()(const Tensor& x) const {
    return bias_activation(conv2d(x, kernel.value()), bias.value(), engine::Activation::relu);
  }
  template <class V>
  void visit(V& v) {
    v("weight", kernel);
    v("bias", bias);
  }
};

// Scales the initial logits, which are too large for training to begin.
struct Scale {
  Real factor;
  Tensor operator()(const Tensor& x) const { return x * factor; }
};

// x shifted by a pixel along an axis, in either direction. The edge is filled by mirroring.
Tensor moved(const Tensor& x, int axis, bool to_end) {
  const Index n = x.dim(axis);
  return to_end ? engine::concat({slice(x, axis, 1, 2), slice(x, axis, 0, n - 1)}, axis)
                : engine::concat({slice(x, axis, 1, n), slice(x, axis, n - 2, n - 1)}, axis);
}

// In evaluation, the mean of what views of an image give: where it is and moved along a diagonal,
// each as it is and mirrored; all views are one batch. What follows is linear, so that the logits
// are means too. Source: Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU" (2024), 3.5,
// where the views that are not moved count double.
struct ViewsMean {
  Sequential of;
  Views views;
  Tensor operator()(const Tensor& x) {
    if (!evaluating()) return of(x);
    std::vector<Tensor> all = {x};
    if (views.moved)
      for (const bool to_end : {false, true}) all.push_back(moved(moved(x, 1, to_end), 2, to_end));
    if (views.mirrored) all.push_back(flip(engine::concat(all, 0), 2));
    const Tensor y = of(engine::concat(all, 0));  // [views N, C]
    return mean(reshape(y, {views.count(), -1, y.dim(1)}), {0});
  }
  template <class V>
  void visit(V& v) {
    v("of", of);
  }
};

struct GlobalMaxPool {
  Tensor operator()(const Tensor& x) const { return max(x, {1, 2}); }
};

// The channels of all 2 x 2 patches of a few thousand images, one patch a row.
Tensor patches(const datasets::Dataset& data) {
  const Index count = std::min<Index>(data.size(), 2000);
  Tensor images({count, data.height(), data.width(), data.channels()});
  std::vector<Real> values(static_cast<std::size_t>(images.size()));
  std::vector<int> labels(static_cast<std::size_t>(count));
  fill_batch(data, {.batch = count}, 0, values, labels);
  engine::overwrite(images, values);
  const Index rows = data.height() - 1, columns = data.width() - 1;
  std::vector<Tensor> parts;
  for (Index y = 0; y < 2; ++y)
    for (Index x = 0; x < 2; ++x)
      parts.push_back(slice(slice(images, 1, y, y + rows), 2, x, x + columns));
  return reshape(concat(parts, 3), {-1, 4 * data.channels()});
}

FixedConv whitening(const datasets::Dataset& data) {
  const engine::NoGrad constant;
  const Tensor x = patches(data);
  const Index n = x.dim(1);
  const Tensor average = mean(x, {0}, true), centred = x - average;
  const Tensor covariance = matmul_tn(centred, centred) / static_cast<Real>(x.dim(0));
  const engine::Svd directions = svd(covariance);  // of a symmetric matrix: its eigenvectors
  std::vector<Real> kernel(static_cast<std::size_t>(2 * n * n));
  for (Index i = 0; i < n; ++i) {
    const double scale = 1 / std::sqrt(directions.s[i] + 5e-4);  // the last are mostly noise
    for (Index j = 0; j < n; ++j) {
      kernel[i * n + j] = static_cast<Real>(directions.u[j * n + i] * scale);
      kernel[(n + i) * n + j] = -kernel[i * n + j];
    }
  }
  const Tensor weight = Tensor::from({2 * n, n}, kernel);
  FixedConv conv;
  conv.kernel.assign(reshape(weight, {2 * n, 2, 2, data.channels()}));
  conv.bias.assign(reshape(-matmul_nt(average, weight), {2 * n}));
  return conv;
}

Conv2d conv3x3(Index in, Index out) {
  Conv2d conv(in, out, {.kernel = 3, .padding = 1, .bias = false});
  conv.weight.assign(he_normal(conv.weight.raw().shape()));
  return conv;
}

// Its first outputs start as identities, so that a stage begins with the previous one's features.
Conv2d partial_identity(Index in, Index out) {
  Conv2d conv = conv3x3(in, out);
  std::vector<Real> kernel = conv.weight.raw().values();  // [out, 3, 3, in]
  for (Index o = 0; o < std::min(in, out); ++o) {
    std::fill_n(kernel.begin() + o * 9 * in, 9 * in, Real(0));
    kernel[(o * 9 + 4) * in + o] = 1;  // the middle tap
  }
  conv.weight.assign(Tensor::from(conv.weight.raw().shape(), kernel));
  return conv;
}

void add_stage(Sequential& net, Index in, Index out) {
  net.add(partial_identity(in, out));
  net.add(MaxPool{});
  net.add(BatchNorm(out));
  net.add(Relu{});
  net.add(Residual{.main = {conv3x3(out, out), BatchNorm(out), Relu{}}});
}

}  // namespace

Sequential make_network(const datasets::Dataset& data, Index width, const Views& views) {
  engine::check(data.height() >= 16 && data.width() >= 16, data.name(), ": images are ",
                data.height(), "x", data.width(), "; a scorer needs at least 16x16");
  const Index widths[] = {width, 2 * width, 4 * width};
  Sequential features = {whitening(data)};
  Index channels = 8 * data.channels();
  for (const Index next : widths) {
    add_stage(features, channels, next);
    channels = next;
  }
  features.add(GlobalMaxPool{});
  Sequential net = {ViewsMean{std::move(features), views}};
  net.add(Linear(channels, data.classes(), LinearOptions{.bias = false}));
  net.add(Scale{0.125F});
  return net;
}

engine::graph::Model make_model(Sequential& network, const datasets::Dataset& data,
                                const std::string& name) {
  const Eval evaluate;
  engine::graph::Model model = engine::graph::trace(
      [&](const Tensor& levels) { return network(levels / Real(127.5) - Real(1)); },
      {1, data.height(), data.width(), data.channels()}, "images", "logits");
  std::string classes;
  for (const std::string& each : data.class_names()) classes += (classes.empty() ? "" : ",") + each;
  model.metadata = {
      {"kantor.scorer", name}, {"kantor.classes", classes}, {"kantor.range", "0..255"}};
  return model;
}

}  // namespace scorer
