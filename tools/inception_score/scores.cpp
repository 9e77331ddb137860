#include "tools/inception_score/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "engine/check.h"
#include "engine/choices.h"
#include "gan/metrics/density_coverage.h"
#include "gan/metrics/inception_score.h"
#include "gan/metrics/kernel_distance.h"
#include "gan/metrics/precision_recall.h"

namespace inception_score {
namespace {

using namespace gan::metrics;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string text(Index number) { return std::to_string(number); }

// The rows of one side: those of a resample, or all.
std::vector<Index> rows_of(const Features& features, const Resampled* rows, std::size_t side) {
  return rows ? (*rows)[side] : all_rows(features);
}

double mean_of(const std::vector<double>& each, const Resampled* rows, std::size_t side) {
  if (!rows) return mean(each);
  double sum = 0;
  for (const Index i : (*rows)[side]) sum += each[i];
  return sum / static_cast<double>((*rows)[side].size());
}

Measure inception_measure(const Inputs& in) {
  return [in](const Resampled* rows) {
    const Estimate score = gan::metrics::inception_score(
        in.made.logits, rows_of(in.made.logits, rows, 0), {in.options.splits, in.options.shuffle});
    return Result{{{"", "", score.mean, score.deviation}}};
  };
}

FeatureStatistics reference_statistics(const Inputs& in, const Resampled* rows) {
  const Data& data = *in.reference;
  if (data.statistics && (!rows || data.rows() == 0)) return *data.statistics;
  return statistics_of(data.features, rows_of(data.features, rows, 1));
}

Measure fid_measure(const Inputs& in) {
  return [in](const Resampled* rows) {
    const auto made = statistics_of(in.made.features, rows_of(in.made.features, rows, 0));
    return Result{{{"", "", frechet_distance(made, reference_statistics(in, rows))}}};
  };
}

Measure line_measure(const Inputs& in) {
  return [in](const Resampled* rows) {
    FrechetLine line =
        frechet_line(in.made.features, rows_of(in.made.features, rows, 0),
                     reference_statistics(in, rows), {in.options.fid_points, in.options.rng_seed});
    const double value = line.at_infinity;
    return Result{{{"value", "", value}}, std::move(line)};
  };
}

Measure kid_measure(const Inputs& in) {
  return [in](const Resampled* rows) {
    const ScoreOptions& o = in.options;
    const Features &a = in.made.features, &b = in.reference->features;
    const Estimate distance = kernel_distance(a, rows_of(a, rows, 0), b, rows_of(b, rows, 1),
                                              {.subsets = o.kid_subsets,
                                               .size = o.kid_subset_size,
                                               .kernel = kernel_named(o.kid_kernel),
                                               .degree = o.kid_degree,
                                               .gamma = o.kid_gamma,
                                               .coef0 = o.kid_coef0,
                                               .sigma = o.kid_sigma,
                                               .seed = o.rng_seed});
    return Result{{{"", "", distance.mean, distance.deviation}}};
  };
}

// Both keep the neighborhoods and resample their contents, because a repeated image would be its
// own nearest neighbor.
Measure precision_measure(const Inputs& in) {
  const auto found = std::make_shared<const Membership>(
      membership(in.made.features, in.reference->features, in.options.neighbours));
  return [found](const Resampled* rows) {
    const PrecisionRecall pr{mean_of(found->generated, rows, 0), mean_of(found->real, rows, 1)};
    return Result{{{"precision", "precision", pr.precision},
                   {"recall", "recall", pr.recall},
                   {"f_score", "F-score", pr.f_score()}}};
  };
}

Measure density_measure(const Inputs& in) {
  const auto found = std::make_shared<const DensityCoverage>(
      density_coverage(in.made.features, in.reference->features, in.options.dc_neighbors));
  return [found](const Resampled* rows) {
    return Result{{{"density", "density", mean_of(found->density, rows, 0)},
                   {"coverage", "coverage", mean_of(found->coverage, rows, 1)}}};
  };
}

Least for_covariance(Index, const ScoreOptions&) {
  return {2, "are too few for FID, which needs 2 at least"};
}

std::function<Least(Index, const ScoreOptions&)> more_than(Index ScoreOptions::*member,
                                                           const char* option) {
  return [=](Index, const ScoreOptions& o) {
    return Least{o.*member + 1,
                 "are not more than the " + text(o.*member) + " neighbors of " + option};
  };
}

std::vector<Score> make_scores() {
  const auto setting = [](auto... all) { return std::vector<Setting>{all...}; };
  return {
      {.key = "inception_score",
       .option = "",
       .title = "Inception Score",
       .help = "",
       .settings = setting(Setting{"--splits", "splits", "splits", "splits of the Inception Score",
                                   &ScoreOptions::splits}),
       .least =
           [](Index images, const ScoreOptions& o) {
             return Least{o.splits, "are fewer than the " + text(o.splits) +
                                        " splits; use more images or --splits " +
                                        text(std::max<Index>(images, 1))};
           },
       .measure = inception_measure,
       .lowest = 1,
       .highest = kInfinity},
      {.key = "fid",
       .option = "--fid",
       .title = "FID",
       .help = "Frechet distance to this set (or to a .npz of mu and sigma)",
       .statistics = true,
       .least = for_covariance,
       .measure = fid_measure,
       .lowest = 0,
       .highest = kInfinity},
      {.key = "fid_infinity",
       .option = "--fid-infinity",
       .title = "FID at infinity",
       .help = "FID extrapolated to infinitely many images (Chong and Forsyth 2020)",
       .statistics = true,
       .settings = setting(Setting{"--fid-infinity-points", "fid_infinity_points", "points",
                                   "points of the fitted line", &ScoreOptions::fid_points, 2}),
       .least =
           [](Index, const ScoreOptions&) {
             return Least{3, "are too few for FID at infinity, which needs 3 at least"};
           },
       .measure = line_measure,
       .lowest = -kInfinity,
       .highest = kInfinity},
      {.key = "kid",
       .option = "--kid",
       .title = "KID",
       .help = "kernel distance to this set",
       .settings = setting(
           Setting{"--kid-subsets", "kid_subsets", "subsets", "number of random subsets of KID",
                   &ScoreOptions::kid_subsets},
           Setting{"--kid-subset-size", "kid_subset_size", "subset size", "images per subset",
                   &ScoreOptions::kid_subset_size, 2},
           Setting{"--kid-kernel", "kid_kernel", "kernel",
                   "poly, (gamma x.y + coef0)^degree, or rbf, exp(-|x - y|^2 / (2 sigma^2))",
                   &ScoreOptions::kid_kernel, 1, engine::names_of(kernels())},
           Setting{"--kid-degree,--kid-kernel-poly-degree",
                   "kid_degree",
                   "degree",
                   "of the kernel poly",
                   &ScoreOptions::kid_degree,
                   1,
                   {},
                   "poly"},
           Setting{"--kid-gamma,--kid-kernel-poly-gamma",
                   "kid_gamma",
                   "gamma",
                   "gamma of the kernel poly [1 / features]",
                   &ScoreOptions::kid_gamma,
                   1,
                   {},
                   "poly"},
           Setting{"--kid-coef0,--kid-kernel-poly-coef0",
                   "kid_coef0",
                   "coef0",
                   "of the kernel poly",
                   &ScoreOptions::kid_coef0,
                   1,
                   {},
                   "poly"},
           Setting{"--kid-sigma,--kid-kernel-rbf-sigma",
                   "kid_sigma",
                   "sigma",
                   "sigma of the kernel rbf, above 0",
                   &ScoreOptions::kid_sigma,
                   1,
                   {},
                   "rbf",
                   true}),
       .least =
           [](Index, const ScoreOptions& o) {
             return Least{o.kid_subset_size, "are fewer than a subset of " +
                                                 text(o.kid_subset_size) +
                                                 " for KID; use --kid-subset-size"};
           },
       .measure = kid_measure,
       .lowest = -kInfinity,
       .highest = kInfinity},
      {.key = "precision_recall",
       .option = "--pr",
       .title = "P/R",
       .help = "precision and recall against these real images (Kynkaanniemi et al. 2019)",
       .settings = setting(Setting{"--neighbours,--neighbors", "neighbours", "neighbours",
                                   "nearest neighbors of --pr", &ScoreOptions::neighbours}),
       .least = more_than(&ScoreOptions::neighbours, "--neighbours"),
       .measure = precision_measure,
       .lowest = 0,
       .highest = 1},
      {.key = "density_coverage",
       .option = "--dc",
       .title = "D/C",
       .help = "density and coverage against these real images (Naeem et al. 2020)",
       .settings = setting(Setting{"--dc-neighbors", "dc_neighbors", "neighbors",
                                   "nearest neighbors of --dc", &ScoreOptions::dc_neighbors}),
       .least = more_than(&ScoreOptions::dc_neighbors, "--dc-neighbors"),
       .measure = density_measure,
       .lowest = 0,
       .highest = kInfinity},
  };
}

}  // namespace

std::span<const Score> scores() {
  static const std::vector<Score> all = make_scores();
  return all;
}

Result compute(const Score& score, const Inputs& inputs,
               const std::optional<BootstrapOptions>& options) {
  const Measure measure = score.measure(inputs);
  Result result = measure(nullptr);
  for (const Value& each : result.values)
    engine::check(std::isfinite(each.value), score.title,
                  " is not finite: the options or the features are too large");
  if (!options) return result;
  std::vector<Index> sizes{inputs.made.rows()};
  if (inputs.reference && inputs.reference->rows() > 0) sizes.push_back(inputs.reference->rows());
  std::vector<double> values;
  for (const Value& each : result.values) values.push_back(each.value);
  result.confidence = bootstrap(*options, sizes, values, [&](const Resampled& rows) {
    std::vector<double> resampled;
    for (const Value& each : measure(&rows).values) resampled.push_back(each.value);
    return resampled;
  });
  for (Interval& interval : result.confidence) {
    interval.low = std::clamp(interval.low, score.lowest, score.highest);
    interval.high = std::clamp(interval.high, score.lowest, score.highest);
  }
  return result;
}

}  // namespace inception_score
