#include "tools/wasserstein/training.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "layers/penalty.h"

namespace wasserstein {
namespace {

using engine::Real;
using layers::Sequential;

constexpr Index kMeasured = 4096;  // points that the metrics are means over
constexpr Index kRounds = 16;      // as many for w1: its noise is small beside what it tells

Tensor loss_of(Sequential& network, const Critic& critic, const Tensor& p, const Tensor& q,
               Tensor& gap) {
  gap = mean(network(p)) - mean(network(q));
  if (!critic.penalty) return -gap;
  Tensor excess = layers::slopes(network, layers::between(p, q)) - 1;
  if (critic.penalty->one_sided) excess = relu(excess);
  return critic.penalty->weight * mean(square(excess)) - gap;
}

void train(Sequential& network, const Critic& critic, const Pair& pair,
           const TrainingOptions& options, const OnIteration& on_iteration) {
  layers::Adam adam(critic.adam, network.parameters());
  for (Index i = 0; i < options.iterations; ++i) {
    const double left = 1 - static_cast<double>(i) / static_cast<double>(options.iterations);
    if (critic.decays) adam.set_lr(critic.adam.lr * static_cast<Real>(left));
    Tensor gap;
    const Tensor p = pair.draw_p(options.batch), q = pair.draw_q(options.batch);
    adam.step(grad(loss_of(network, critic, p, q, gap), network.parameters()));
    if (on_iteration) on_iteration(i + 1, gap.item());
  }
}

void measure(Sequential& network, const Pair& pair, Measured& m) {
  const layers::Eval eval;
  const Tensor x = pair.draw_p(kMeasured), best = -pair.direction(x);
  const Tensor gradient = grad(sum(network(x)), {x})[0];
  const std::vector<Real> ours = gradient.values(), theirs = best.values();
  const Index dimension = pair.dimension();
  m.cos = m.l2 = m.steepest = m.w1 = 0;
  for (Index i = 0; i < kMeasured; ++i) {
    double product = 0, size = 0, size_best = 0, apart = 0;
    for (Index d = i * dimension; d < (i + 1) * dimension; ++d) {
      const double g = ours[d], b = theirs[d];
      product += g * b, size += g * g, size_best += b * b, apart += (g - b) * (g - b);
    }
    if (size > 0 && size_best > 0) m.cos += product / std::sqrt(size * size_best) / kMeasured;
    m.l2 += apart / kMeasured;
    m.steepest = std::max(m.steepest, std::sqrt(size));
  }
  const engine::NoGrad constant;
  for (Index round = 0; round < kRounds; ++round)
    m.w1 += (mean(network(pair.draw_p(kMeasured))).item() -
             mean(network(pair.draw_q(kMeasured))).item()) /
            kRounds;
  m.bound = network.lipschitz({1, dimension});
  m.finite = std::isfinite(m.w1) && std::isfinite(m.l2) && std::isfinite(m.bound);
}

}  // namespace

Measured train_and_measure(const Critic& critic, const Pair& pair, const TrainingOptions& options,
                           const OnIteration& on_iteration) {
  const auto start = std::chrono::steady_clock::now();
  engine::seed(options.seed);
  const Index width = options.width > 0 ? options.width : std::max<Index>(2 * pair.dimension(), 128);
  Sequential network = critic.build({pair.dimension(), width, options.depth});
  Measured m{};
  for (const layers::Param* param : network.parameters()) m.parameters += param->raw().size();
  train(network, critic, pair, options, on_iteration);
  measure(network, pair, m);
  m.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return m;
}

}  // namespace wasserstein
