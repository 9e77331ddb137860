// Normalizations.
#include <algorithm>

#include "engine/graph/ops/reduce.h"
#include "engine/graph/ops/table.h"
#include "engine/ops/fused.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/pool.h"
#include "engine/ops/reduce.h"

namespace engine::graph {
namespace {

// With the statistics of the batch; also returns the updated running statistics.
void batch_norm_training(const Call& c, const Tensor& x, const Tensor& gamma, Real epsilon) {
  const Real momentum = c.real("momentum", 0.9f);
  const Tensor stored = moments(x);
  c.out_image(batch_norm(x, gamma, c.in(2).tensor(), stored, epsilon));
  const Index channels = x.dim(-1);
  for (int i = 0; i < 2; ++i) {
    const Tensor now = Tensor::view(stored, i * channels, {channels});
    c.out(Value(c.in(3 + i).tensor() * momentum + now * (1 - momentum)), 1 + i);
  }
}

// x scale + shift. An absent gamma is all ones.
void batch_normalization(const Call& c) {
  const Tensor x = c.image(0);
  const Real epsilon = c.real("epsilon", 1e-5f);
  if (c.integer("spatial", 1) == 0) unsupported("spatial = 0");
  const Shape channels{x.dim(-1)};
  const Tensor gamma = c.has(1) ? c.in(1).tensor() : ones(channels);
  const Tensor beta = c.in(2).tensor(), mean = c.in(3).tensor(), variance = c.in(4).tensor();
  for (const Tensor& each : {gamma, beta, mean, variance})
    check(each.shape() == channels, each.shape(), " is not one number per channel of [N, ..., C] ",
          x.shape());
  if (c.integer("training_mode", 0) != 0) return batch_norm_training(c, x, gamma, epsilon);
  const Tensor scale = gamma * rsqrt(variance + epsilon);
  c.out_image(x * scale + (beta - mean * scale));
}

// --- By the mean and variance of each image, group or row -------------------------------------

struct Normalized {
  Tensor values, mean, inverse;  // (x - mean) times the inverse of the deviation
};
Normalized normalized(const Call& c, const Tensor& x, const Axes& axes) {
  const Tensor average = mean(x, axes, true), centred = x - average;
  const Tensor inverse = rsqrt(mean(square(centred), axes, true) + c.real("epsilon", 1e-5f));
  return {centred * inverse, average, inverse};
}

Axes axes_from(int first, int end) {
  Axes axes;
  for (int i = first; i < end; ++i) axes.push_back(i);
  return axes;
}

void instance_normalization(const Call& c) {
  const Tensor x = c.image(0), gamma = c.in(1).tensor(), beta = c.in(2).tensor();
  check(gamma.shape() == Shape{x.dim(-1)} && beta.shape() == gamma.shape(), gamma.shape(),
        " is not one number per channel of [N, ..., C] ", x.shape());
  c.out_image(normalized(c, x, axes_from(1, x.rank() - 1)).values * gamma + beta);
}

// Over all axes from `axis` on.
void layer_normalization(const Call& c) {
  const Tensor x = c.in(0).tensor();
  const int first = x.shape().axis(static_cast<int>(c.integer("axis", -1)));
  const Normalized n = normalized(c, x, axes_from(first, x.rank()));
  Tensor y = n.values * c.in(1).tensor();
  if (c.has(2)) y = y + c.in(2).tensor();
  c.out(Value(y, c.in(0).type()));
  c.out(Value(n.mean), 1);
  c.out(Value(n.inverse), 2);
}

// Each group of channels. The scale and the bias are one number per group in opset 18, one per
// channel from 21 on.
void group_normalization(const Call& c) {
  const Tensor x = c.image(0);
  const Index groups = c.whole("num_groups"), channels = x.dim(-1);
  check(groups >= 1 && channels % groups == 0, groups, " groups do not divide ", channels,
        " channels");
  Index pixels = 1;
  for (int i = 1; i + 1 < x.rank(); ++i) pixels *= x.dim(i);
  Tensor y =
      normalized(c, reshape(x, {x.dim(0), pixels, groups, channels / groups}), {1, 3}).values;
  const Index numbers = c.opset() < 21 ? groups : channels;
  for (int i : {1, 2}) {
    const Tensor by = c.in(i).tensor();
    check(by.shape() == Shape{numbers}, "input ", i, " is ", by.shape(), ", ", numbers,
          " numbers are needed");
    const Tensor along = reshape(by, {groups, numbers / groups});
    y = i == 1 ? y * along : y + along;
  }
  c.out_image(reshape(y, x.shape()));
}

// Over all axes from `axis` on: x / sqrt(mean of squares + epsilon) * scale.
void rms_normalization(const Call& c) {
  const Tensor x = c.in(0).tensor();
  const int first = x.shape().axis(static_cast<int>(c.integer("axis", -1)));
  const Tensor squares = mean(square(x), axes_from(first, x.rank()), true);
  c.out(Value(x * rsqrt(squares + c.real("epsilon", 1e-5f)) * c.in(1).tensor(), c.in(0).type()));
}

void mean_variance_normalization(const Call& c) {
  const Value& x = c.in(0);
  const Axes axes = places(x, c.integers("axes", {0, 2, 3}));
  const Tensor centred = x.stored() - mean(x.stored(), axes, true);
  c.out(x.with(centred / (sqrt(mean(square(centred), axes, true)) + Real(1e-9))));
}

// --- By other sums ---------------------------------------------------------------------------

// x / (bias + alpha / size sum of squares over `size` neighboring channels)^beta: the sum over
// channels is an average pool of the channels taken for pixels.
void lrn(const Call& c) {
  const Tensor x = c.image(0);
  const Index size = c.whole("size");
  check(size >= 1 && size <= Index{1} << 20, "a size of ", size);
  const Index channels = x.dim(-1), pixels = x.size() / std::max<Index>(channels, 1);
  const Tensor average =
      average_pool(reshape(square(x), {pixels, channels, 1, 1}),
                   {.kernel = {size, 1}, .stride = 1, .padding = {(size - 1) / 2, size / 2, 0, 0}});
  const Tensor scale = average * c.real("alpha", 0.0001f) + c.real("bias", 1);
  c.out_image(x * power(reshape(scale, x.shape()), -c.real("beta", 0.75f)));
}

// Along one axis, by its Euclidean norm (p = 2) or sum of magnitudes (p = 1). Zeros stay zeros: for
// anything else, scaled so that the largest element is 1, the norm is at least 1.
void lp_normalization(const Call& c) {
  const Value& x = c.in(0);
  const Index p = c.integer("p", 2);
  if (p != 1 && p != 2) unsupported("a norm of p = ", p);
  const Axes axis = places(x, {c.integer("axis", -1)});
  const Tensor t = scaled(x.stored(), axis).values;
  const Tensor norm = p == 1 ? sum(abs(t), axis, true) : sqrt(sum(square(t), axis, true));
  c.out(x.with(t / maximum(norm, ones({}))));
}

const Operator kNormOperators[] = {
    {"BatchNormalization", batch_normalization},
    {"GroupNormalization", group_normalization},
    {"InstanceNormalization", instance_normalization},
    {"LRN", lrn},
    {"LayerNormalization", layer_normalization},
    {"LpNormalization", lp_normalization},
    {"MeanVarianceNormalization", mean_variance_normalization},
    {"RMSNormalization", rms_normalization},
};

}  // namespace

std::span<const Operator> norm_operators() { return kNormOperators; }

}  // namespace engine::graph
