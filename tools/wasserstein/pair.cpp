#include "tools/wasserstein/pair.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wasserstein {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kSide = 2.5;  // the cube is [-kSide, kSide]^D
constexpr double kPower = 8;   // how far points move along their rays

// Points as columns.
MatrixXd columns_of(const Tensor& x) {
  const std::vector<engine::Real> values = x.values();
  return Eigen::Map<const Eigen::Matrix<engine::Real, Eigen::Dynamic, Eigen::Dynamic>>(
             values.data(), x.dim(1), x.dim(0))
      .cast<double>();
}

Tensor rows_of(const MatrixXd& x) {
  const std::vector<engine::Real> values(x.data(), x.data() + x.size());
  return Tensor::from({x.cols(), x.rows()}, values);
}

}  // namespace

// Where points lie: their funnels, the distance from its center and the direction away from it.
struct Pair::Places {
  MatrixXd points, away;  // [D, n]; of length 1
  MatrixXd squares;       // |x - a_k|^2, [N, n]
  std::vector<Index> funnel;
  VectorXd radius, potential;
};

Pair::Pair(const Tensor& centers, const Tensor& offsets) {
  engine::check(centers.rank() == 2 && centers.dim(0) > 0 && centers.dim(1) > 0,
                "pair: centers must be [funnels, dimension], got ", centers.shape());
  engine::check(offsets.rank() == 1 && offsets.dim(0) == centers.dim(0), "pair: centers ",
                centers.shape(), " need one bias for each funnel, got ", offsets.shape());
  centers_ = columns_of(centers);
  offsets_ = columns_of(reshape(offsets, {1, -1}));
  engine::check(centers_.allFinite() && offsets_.allFinite(),
                "pair: centers or biases hold values that are not finite");
}

Pair Pair::load(const std::string& file) {
  const engine::TensorFile tensors = engine::load(file);
  const auto named = [&](const char* name) {
    const Tensor* tensor = tensors.find(name);
    engine::check(tensor, file, ": there is no tensor '", name,
                  "'; a pair has centers [funnels, dimension] and bias [funnels]");
    return *tensor;
  };
  const Tensor centers = named("centers"), offsets = named("bias");
  try {
    return {centers, offsets};
  } catch (const engine::Error& error) {
    engine::fail(file, ": ", error.what());
  }
}

Pair Pair::random(Index dimension, Index funnels) {
  const auto side = static_cast<engine::Real>(kSide);
  const Tensor centers = engine::uniform({funnels, dimension}, -side, side);
  return {centers, engine::normal({funnels}, 0, engine::Real(0.1))};
}

Pair::Places Pair::places_of(const Tensor& x) const {
  engine::check(x.rank() == 2 && x.dim(1) == dimension(), "pair: points must be [n, ", dimension(),
                "], got ", x.shape());
  Places at{.points = columns_of(x)};
  const Index n = at.points.cols();
  at.squares = -2 * centers_.transpose() * at.points;
  at.squares.colwise() += centers_.colwise().squaredNorm().transpose();
  at.squares.rowwise() += at.points.colwise().squaredNorm();
  at.away.resize(dimension(), n), at.funnel.resize(n), at.radius.resize(n), at.potential.resize(n);
  for (Index i = 0; i < n; ++i) {
    Index& funnel = at.funnel[i];
    (at.squares.col(i).cwiseMax(0).cwiseSqrt() + offsets_).minCoeff(&funnel);
    at.away.col(i) = at.points.col(i) - centers_.col(funnel);
    at.radius[i] = at.away.col(i).norm();
    if (at.radius[i] > 0) at.away.col(i) /= at.radius[i];
    at.potential[i] = at.radius[i] + offsets_[funnel];
  }
  return at;
}

Tensor Pair::draw_q(Index n) const {
  const auto side = static_cast<engine::Real>(kSide);
  return engine::uniform({n, dimension()}, -side, side);
}

Tensor Pair::moved(const Tensor& y) const {
  const Places at = places_of(y);
  const MatrixXd along = centers_.transpose() * at.away;  // <a_k, v>
  MatrixXd x(dimension(), at.points.cols());
  for (Index i = 0; i < x.cols(); ++i) {
    const auto v = at.away.col(i), point = at.points.col(i);
    if (at.radius[i] == 0) {  // in a center: no ray
      x.col(i) = point;
      continue;
    }
    // The ray ends where it leaves the cube, or where another funnel is as low.
    double rest = std::numeric_limits<double>::infinity();
    for (Index d = 0; d < dimension(); ++d)
      if (v[d] != 0)
        rest = std::min(rest, std::abs((std::copysign(kSide, v[d]) - point[d]) / v[d]));
    const double forward = point.dot(v);
    for (Index k = 0; k < funnels(); ++k) {
      if (k == at.funnel[i]) continue;
      const double height = at.potential[i] - offsets_[k];
      const double until =
          (at.squares(k, i) - height * height) / (2 * (height - (forward - along(k, i))));
      if (until > 0 && until > -height) rest = std::min(rest, until);
    }
    const double length = at.radius[i] + rest;
    x.col(i) = centers_.col(at.funnel[i]) + std::pow(at.radius[i] / length, kPower) * length * v;
  }
  return rows_of(x);
}

Tensor Pair::potential(const Tensor& x) const {
  return reshape(rows_of(places_of(x).potential), {-1});
}

Tensor Pair::direction(const Tensor& x) const { return rows_of(places_of(x).away); }

Estimate Pair::distance(Index samples) const {
  constexpr Index kTogether = 4096;
  double sum = 0, squares = 0;
  for (Index done = 0; done < samples; done += kTogether) {
    const Tensor y = draw_q(std::min(kTogether, samples - done));
    const VectorXd moves = (columns_of(y) - columns_of(moved(y))).colwise().norm();
    sum += moves.sum(), squares += moves.squaredNorm();
  }
  const auto n = static_cast<double>(samples);
  const double mean = sum / n;
  return {mean, std::sqrt(std::max(0.0, squares / n - mean * mean) / n)};
}

}  // namespace wasserstein
