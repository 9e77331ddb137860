// Losses that exported training graphs end in: the weighted mean (or sum, or each) of minus the log
// probabilities [N, C, ...] of the labels [N, ...].
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
  const Index classes = shape[1];
  std::vector<Real> weights(static_cast<std::size_t>(classes), 1);
  if (c.has(2)) weights = c.in(2).tensor().values();
  check(static_cast<Index>(weights.size()) == classes, weights.size(), " weights for ", classes,
        " classes");
  Whole at = c.numbers(1);
  std::vector<bool> ignored;
  for (Index& label : at) {
    ignored.push_back(c.given("ignore_index") && label == c.whole("ignore_index"));
    if (ignored.back()) label = 0;
    check(label >= 0 && label < classes, "label ", label, " is not below the number of classes, ",
          classes);
  }
  const Value p =
      picked(Value(log_p), labels, element_places(shape, 1, with_extent(shape, 1, 1), at));
  std::vector<Real> each = p.tensor().values();
  double sum = 0, weight = 0;
  for (std::size_t i = 0; i < each.size(); ++i) {
    const double loss = ignored[i] ? 0 : -each[i] * weights[at[i]];
    each[i] = static_cast<Real>(loss);
    sum += loss;
    weight += ignored[i] ? 0 : weights[at[i]];
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
