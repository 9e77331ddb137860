#include "layers/lipschitz/largest.h"

#include <algorithm>
#include <cmath>

#include "engine/linalg.h"
#include "layers/lipschitz/power_method.h"

namespace layers {

using namespace engine;

namespace {

constexpr double kDependent = 1e-9;  // of squared lengths: rounding and nothing else

// An orthonormal basis of the space that the rows of x span; fewer rows where they are dependent.
// With x x^T = V diag(s) V^T its rows are s^-1/2 V^T x.
Tensor orthonormal_rows(const Tensor& x) {
  const Index n = x.dim(0);
  const std::vector<Real> gram = matmul_nt(x, x).values();
  const SymmetricEigen eigen = symmetric_eigen(n, {gram.begin(), gram.end()});
  const double largest = std::max(eigen.values.back(), 0.0);
  std::vector<Real> turn;
  Index kept = 0;
  for (Index i = n - 1; i >= 0; --i) {
    if (eigen.values[i] <= kDependent * largest || largest == 0) break;
    ++kept;
    for (Index j = 0; j < n; ++j)
      turn.push_back(static_cast<Real>(eigen.vectors[i * n + j] / std::sqrt(eigen.values[i])));
  }
  return kept == 0 ? zeros({0, x.dim(1)}) : matmul(Tensor::from({kept, n}, turn), x);
}

// The Krylov space, an orthonormal basis [size, n], and the map in its coordinates: T = Q A Q^T.
class Space {
 public:
  Space(Index most, Index n) : most_(most), n_(n), basis_(Shape{most, n}), t_(most * most) {}

  Index size() const { return size_; }
  Tensor last() const { return rows(size_ - block_, size_); }

  // Removes its projection onto the space.
  Tensor outside(const Tensor& x) const {
    if (size_ == 0) return x;
    const Tensor q = rows(0, size_);
    return x - matmul(matmul_nt(x, q), q);
  }

  // Adds rows that are orthonormal and outside.
  void add(const Tensor& block) {
    block_ = block.dim(0);
    Tensor place = rows(size_, size_ + block_);
    engine::overwrite(place, block);
    size_ += block_;
  }

  // Records A of the last block, and returns its part outside the space.
  Tensor note(const Tensor& image) {
    const Tensor q = rows(0, size_), part = matmul_nt(image, q);
    const std::vector<Real> values = part.values();
    for (Index i = 0; i < block_; ++i)
      for (Index j = 0; j < size_; ++j)
        t_[(size_ - block_ + i) * most_ + j] = t_[j * most_ + size_ - block_ + i] =
            static_cast<double>(values[i * size_ + j]);
    return image - matmul(part, q);
  }

  SymmetricEigen eigen() const {
    std::vector<double> t(size_ * size_);
    for (Index i = 0; i < size_; ++i)
      std::copy_n(t_.data() + i * most_, size_, t.data() + i * size_);
    return symmetric_eigen(size_, std::move(t));
  }

 private:
  Tensor rows(Index begin, Index end) const {
    return Tensor::view(basis_, begin * n_, {end - begin, n_});
  }

  const Index most_, n_;
  Index size_ = 0, block_ = 0;
  Tensor basis_;
  std::vector<double> t_;
};

// The singular values that have converged, descending. With A Q^T = Q^T T + R, R of the last block
// alone, an eigenvalue of T with vector s is within |R s| of one of A.
std::vector<double> converged(const SymmetricEigen& eigen, const Tensor& residual,
                              const LargestOptions& options) {
  const auto size = static_cast<Index>(eigen.values.size()), b = residual.dim(0);
  const std::vector<Real> gram = matmul_nt(residual, residual).values();
  std::vector<double> values;
  for (Index i = size - 1; i >= 0 && std::ssize(values) < options.count; --i) {
    const double* s = eigen.vectors.data() + i * size + size - b;
    double square = 0;
    for (Index j = 0; j < b; ++j)
      for (Index k = 0; k < b; ++k) square += s[j] * s[k] * static_cast<double>(gram[j * b + k]);
    // Of an eigenvalue, sigma^2, twice the relative error of sigma.
    if (std::sqrt(std::max(square, 0.0)) > 2 * options.tolerance * eigen.values[i] &&
        eigen.values[i] > 0)
      break;
    values.push_back(std::sqrt(std::max(eigen.values[i], 0.0)));
  }
  return values;
}

}  // namespace

std::vector<double> largest_singular_values(const LinearMap& W, const LargestOptions& options) {
  const NoGrad constant;
  const bool tall = W.range().size() > W.domain().size();
  Shape shape = tall ? W.domain() : W.range();
  const Index n = shape.size();
  const auto squared = [&](const Tensor& rows) {  // A of each row
    shape[0] = rows.dim(0);
    const Tensor x = reshape(rows, shape);
    return reshape(tall ? W.transpose(W(x)) : W(W.transpose(x)), rows.shape());
  };
  Index most = std::min(options.most, std::max<Index>(1, options.memory / n));
  const Index block = std::min({options.block, most, n});
  most = std::min(n, most / block * block);  // whole blocks: what the last leaves is the residual
  const Index wanted = std::min(options.count, most);

  const RandomState before = random_state();
  seed(options.seed);
  Space space(most, n);
  std::vector<double> found;
  Index checked = 0;  // the size at which convergence was looked at last
  Tensor next = zeros({0, n});
  while (true) {
    // If the map gives no new direction, the space continues with random vectors.
    const Index room = std::min(block, most - space.size());
    if (next.dim(0) < room) next = concat({next, normal({room - next.dim(0), n})}, 0);
    next = slice(next, 0, 0, room);  // dependent up to rounding, where it is the whole space
    for (int pass = 0; pass < 2; ++pass) next = orthonormal_rows(space.outside(next));
    space.add(next);
    const Tensor residual = space.note(squared(space.last()));
    if (space.size() >= checked + checked / 4 || space.size() >= most) {
      checked = space.size();
      found = converged(space.eigen(), residual, options);
      if (std::ssize(found) >= wanted || space.size() >= most) break;
    }
    next = orthonormal_rows(residual);
  }
  set_random_state(before);
  if (found.empty()) found.push_back(audited_norm(W));
  return found;
}

}  // namespace layers
