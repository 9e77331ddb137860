// Losses that exported training graphs end in: the weighted mean (or sum, or each) of minus the log
// probabilities [N, C, ...] of the labels [N, ...].
#include <cmath>
#include <optional>

#include "engine/functions.h"
#include "engine/graph/ops/host.h"
#include "engine/graph/ops/table.h"
#include "engine/ops/reduce.h"

namespace engine::graph {
namespace {

void negative_log_likelihood(const Call& c, const Tensor& log_p) {
  const Shape shape = log_p.shape(), labels = c.in(1).shape();
  Shape expected{shape.rank() > 0 ? shape[0] : 0};
  for (int i = 2; i < shape.rank(); ++i) expected.push_back(shape[i]);
  check(shape.rank() >= 2 && labels == expected, "labels ", labels, " for ", shape);
  const Index classes = shape[1], inner = shape.rank() > 2 ? strides_of(shape)[1] : 1;
  const std::vector<Real> p = log_p.values();
  std::vector<Real> weights(static_cast<std::size_t>(classes), 1);
  if (c.has(2)) weights = c.in(2).tensor().values();
  check(static_cast<Index>(weights.size()) == classes, weights.size(), " weights for ", classes,
        " classes");
  std::optional<Index> ignored;
  if (c.given("ignore_index")) ignored = c.whole("ignore_index");

  std::vector<Real> each;
  double sum = 0, weight = 0;
  for (Index i = 0; i < labels.size(); ++i) {
    const Index label = c.numbers(1)[i];
    if (label == ignored) {
      each.push_back(0);
      continue;
    }
    check(label >= 0 && label < classes, "label ", label, " is none of ", classes, " classes");
    const double loss = -p[(i / inner * classes + label) * inner + i % inner] * weights[label];
    each.push_back(static_cast<Real>(loss));
    sum += loss;
    weight += weights[label];
  }
  const std::string reduction = c.text("reduction", "mean");
  if (reduction == "none") return c.out(Value(Tensor::from(labels, each), c.in(0).type()));
  check(reduction == "mean" || reduction == "sum", "a reduction by ", reduction);
  c.out(Value(scalar(static_cast<Real>(reduction == "sum" ? sum : sum / weight)), c.in(0).type()));
}

void likelihood_loss(const Call& c) { negative_log_likelihood(c, c.in(0).tensor()); }

void cross_entropy_loss(const Call& c) {
  const Tensor scores = c.in(0).tensor();
  check(scores.rank() >= 2, "scores [N, C, ...] are needed, got ", scores.shape());
  const Tensor log_p = log_softmax(scores, 1);
  negative_log_likelihood(c, log_p);
  c.out(Value(log_p, c.in(0).type()), 1);
}

const Operator kLossOperators[] = {
    {"NegativeLogLikelihoodLoss", likelihood_loss},
    {"SoftmaxCrossEntropyLoss", cross_entropy_loss},
};

}  // namespace

std::span<const Operator> loss_operators() { return kLossOperators; }

}  // namespace engine::graph
