#include "engine/update.h"

#include "engine/backend.h"
#include "engine/capture.h"
#include "engine/check.h"
#include "engine/free_lists.h"

namespace engine {
namespace {

void check_same(const char* what, const Tensor& x, const Tensor& y) {
  check(x.shape() == y.shape(), what, ": ", x.shape(), " does not fit ", y.shape());
}

void check_same_device(const char* what, const Tensor& values, const Tensor& x) {
  check(&x.backend() == &values.backend(), what, ": the values ", values.shape(), " are on ",
        values.backend().name(), ", the tensor on ", x.backend().name());
}

}  // namespace

void overwrite(const Tensor& x, std::span<const Real> values) {
  check(x.size() == static_cast<Index>(values.size()), "overwrite: ", values.size(),
        " values do not fill ", x.shape());
  not_capturable("sends values from the host (live_tensor would do)");
  x.backend().upload(x.mutable_data(), values.data(), x.size());
}

void overwrite(const Tensor& x, const Tensor& values) {
  check_same("overwrite", values, x);
  check_same_device("overwrite", values, x);
  x.backend().copy({.extents = {x.size()}, .x = {1}, .y = {1}}, values.data(), x.mutable_data());
}

void overwrite(const Tensor& x, std::span<const Tensor> pieces) {
  FreeListVector<Piece> all;
  Index size = 0;
  for (const Tensor& piece : pieces) {
    check_same_device("overwrite", piece, x);
    all.push_back({piece.data(), x.mutable_data() + size, piece.size()});
    size += piece.size();
  }
  check(size == x.size(), "overwrite: pieces with ", size, " elements do not fill ", x.shape());
  x.backend().copy_pieces(all);
}

void overwrite_each(std::span<const Tensor> xs, std::span<const Tensor> values) {
  check(xs.size() == values.size(), "overwrite: ", values.size(), " tensors do not fill ",
        xs.size());
  FreeListVector<Piece> all;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    check_same("overwrite", values[i], xs[i]);
    check_same_device("overwrite", values[i], xs[i]);
    check_same_device("overwrite", xs[i], xs[0]);
    all.push_back({values[i].data(), xs[i].mutable_data(), xs[i].size()});
  }
  if (!all.empty()) xs[0].backend().copy_pieces(all);
}

void adam_update(const Live<AdamStep>& step, const Tensor& g, const Tensor& m, const Tensor& v,
                 const Tensor& w) {
  for (const Tensor& other : {g, m, v}) check_same("adam", other, w);
  w.backend().adam(step, w.size(), g.data(), m.mutable_data(), v.mutable_data(), w.mutable_data());
}

void add_scaled(const Live<Real>& a, const Tensor& x, const Tensor& y) {
  check_same("add_scaled", x, y);
  y.backend().add_scaled(y.size(), a, x.data(), y.mutable_data());
}

void lerp(Real t, const Tensor& x, const Tensor& y) {
  check_same("lerp", x, y);
  y.backend().lerp(y.size(), t, x.data(), y.mutable_data());
}

void remember_moments(Real momentum, Real factor, const Tensor& moments, const Tensor& mean,
                      const Tensor& variance) {
  const Index channels = mean.size();
  check_same("remember_moments", mean, variance);
  check(moments.shape() == Shape{2, channels}, "remember_moments: ", moments.shape(),
        " does not fit ", mean.shape());
  for (const Tensor& running : {mean, variance})
    check_same_device("remember_moments", moments, running);
  moments.backend().remember_moments(channels, momentum, factor, moments.data(),
                                     mean.mutable_data(), variance.mutable_data());
}

}  // namespace engine
