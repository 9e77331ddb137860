#include "gan/metrics/inception_score.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "gan/metrics/random_order.h"

namespace gan::metrics {
namespace {

// A row of logits becomes log p: x - max - log sum exp(x - max).
void log_softmax(std::vector<double>& row) {
  const double most = *std::ranges::max_element(row);
  double sum = 0;
  for (const double x : row) sum += std::exp(x - most);
  const double shift = most + std::log(sum);
  for (double& x : row) x -= shift;
}

// exp of H(q) - mean H(p), which is the mean of sum p (log p - log q) in one pass over the rows.
double score_of(const Features& logits, Rows rows) {
  const auto count = static_cast<double>(rows.size());
  std::vector<double> log_p(logits.columns), q(logits.columns, 0);
  double mean_p_log_p = 0;
  for (const Index i : rows) {
    logits.copy_row(i, log_p.data());
    log_softmax(log_p);
    double p_log_p = 0;
    for (Index k = 0; k < logits.columns; ++k) {
      const double p = std::exp(log_p[k]);
      q[k] += p;
      p_log_p += p * log_p[k];
    }
    mean_p_log_p += p_log_p / count;
  }
  double q_log_q = 0;
  for (double& x : q)
    if ((x /= count) > 0) q_log_q += x * std::log(x);
  return std::exp(mean_p_log_p - q_log_q);
}

}  // namespace

Estimate inception_score(const Features& logits, const InceptionScoreOptions& options) {
  return inception_score(logits, all_rows(logits), options);
}

Estimate inception_score(const Features& logits, Rows rows, const InceptionScoreOptions& options) {
  const Index n = static_cast<Index>(rows.size()), splits = options.splits;
  engine::check(splits >= 1, "inception score: ", splits, " splits; at least 1 is needed");
  engine::check(n >= splits, "inception score: ", n, " images are fewer than the ", splits,
                " splits; use more images or fewer splits");
  const Index bad = logits.first_not_finite();
  engine::check(bad < 0, "inception score: the logits of image ", bad, " are not finite");

  std::vector<Index> order(rows.begin(), rows.end());
  if (options.shuffle) {
    const std::vector<Index> shuffled = RandomOrder(*options.shuffle).permutation(n);
    for (Index i = 0; i < n; ++i) order[i] = rows[shuffled[i]];
  }
  std::vector<double> scores(static_cast<std::size_t>(splits));
#pragma omp parallel for schedule(dynamic)
  for (Index i = 0; i < splits; ++i) {
    const Index begin = i * n / splits, end = (i + 1) * n / splits;
    scores[i] = score_of(logits, std::span(order).subspan(begin, end - begin));
  }
  return estimate(scores);
}

}  // namespace gan::metrics
