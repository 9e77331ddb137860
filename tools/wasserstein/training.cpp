#include "tools/wasserstein/training.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gan/console/progress.h"
#include "layers/penalty.h"

namespace wasserstein {
namespace {

using engine::Real;
using layers::Sequential;

constexpr Index kMeasured = 4096;  // points that the metrics are means over
constexpr Index kRounds = 16;      // of as many points each, for w1

Tensor loss_of(Sequential& network, const Critic& critic, const Tensor& p, const Tensor& q,
               const Tensor& gap) {
  if (!critic.penalty) return -gap;
  Tensor excess = layers::slopes(network, layers::between(p, q)) - 1;
  if (critic.penalty->one_sided) excess = relu(excess);
  return critic.penalty->weight * mean(square(excess)) - gap;
}

void train(Sequential& network, const Critic& critic, const Pair& pair,
           const TrainingOptions& options, const OnIteration& on_iteration) {
  const layers::AdamOptions settings = adam_of(critic, options);
  layers::Adam adam(settings, network.parameters());
  for (Index i = 0; i < options.iterations; ++i) {
    const double left = 1 - static_cast<double>(i) / static_cast<double>(options.iterations);
    if (critic.decays) adam.set_lr(settings.lr * static_cast<Real>(left));
    const Tensor p = pair.draw_p(options.batch), q = pair.draw_q(options.batch);
    const Tensor gap = mean(network(p)) - mean(network(q));
    adam.step(grad(loss_of(network, critic, p, q, gap), network.parameters()));
    if (on_iteration) on_iteration(i + 1, gap.item());
  }
}

void measure_gradient(Sequential& network, const Pair& pair, Measured& m) {
  const Tensor x = pair.draw_p(kMeasured);
  const std::vector<Real> ours = grad(sum(network(x)), {x})[0].values();
  const std::vector<Real> best = (-pair.direction(x)).values();
  const Index dimension = pair.dimension();
  for (Index i = 0; i < kMeasured; ++i) {
    double product = 0, size = 0, size_best = 0, apart = 0;
    for (Index d = i * dimension; d < (i + 1) * dimension; ++d) {
      const double g = ours[d], b = best[d];
      product += g * b, size += g * g, size_best += b * b, apart += (g - b) * (g - b);
    }
    if (size > 0 && size_best > 0) m.cos += product / std::sqrt(size * size_best) / kMeasured;
    m.l2 += apart / kMeasured;
    m.steepest = std::max(m.steepest, std::sqrt(size));
  }
}

Estimate gap_of(Sequential& network, const Pair& pair) {
  const engine::NoGrad constant;
  double total = 0, squares = 0;
  for (Index round = 0; round < kRounds; ++round) {
    const double gap = double{mean(network(pair.draw_p(kMeasured))).item()} -
                       double{mean(network(pair.draw_q(kMeasured))).item()};
    total += gap, squares += gap * gap;
  }
  const double mean = total / kRounds;
  return {mean, std::sqrt(std::max(0.0, squares / kRounds - mean * mean) / (kRounds - 1))};
}

}  // namespace

bool Measured::finite() const {
  return std::isfinite(w1.mean) && std::isfinite(l2) && std::isfinite(bound);
}

CriticSize size_of(const Critic& critic, const Pair& pair, const TrainingOptions& options) {
  const Index dimension = pair.dimension();
  return {dimension, options.width > 0 ? options.width : critic.width(dimension),
          options.depth > 0 ? options.depth : critic.depth};
}

layers::AdamOptions adam_of(const Critic& critic, const TrainingOptions& options) {
  layers::AdamOptions adam = critic.adam;
  if (options.lr > 0) adam.lr = options.lr;
  return adam;
}

Trained train_and_measure(const Critic& critic, const Pair& pair, const TrainingOptions& options,
                          const OnIteration& on_iteration) {
  const gan::console::Clock clock;
  engine::seed(options.seed);
  Trained result{.network = critic.build(size_of(critic, pair, options)), .measured = {}};
  Measured& m = result.measured;
  for (const layers::Param* param : result.network.parameters())
    m.parameters += param->raw().size();
  train(result.network, critic, pair, options, on_iteration);
  const layers::Eval evaluate;
  measure_gradient(result.network, pair, m);
  m.w1 = gap_of(result.network, pair);
  m.bound = result.network.lipschitz({1, pair.dimension()});
  m.seconds = clock.seconds();
  return result;
}

}  // namespace wasserstein
