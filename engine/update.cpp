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

}  // namespace

void overwrite(const Tensor& x, std::span<const Real> values) {
  check(x.size() == static_cast<Index>(values.size()), "overwrite: ", values.size(),
        " values do not fill ", x.shape());
  not_capturable("sends values from the host (live_tensor would do)");
  x.backend().upload(x.data(), values.data(), x.size());
}

void overwrite(const Tensor& x, const Tensor& values) {
  check_same("overwrite", values, x);
  check(&x.backend() == &values.backend(), "overwrite: the values ", values.shape(), " are on ",
        values.backend().name(), ", the tensor on ", x.backend().name());
  x.backend().copy({.extents = {x.size()}, .x = {1}, .y = {1}}, values.data(), x.data());
}

void overwrite(const Tensor& x, std::span<const Tensor> pieces) {
  FreeListVector<Piece> all;
  Index size = 0;
  for (const Tensor& piece : pieces) {
    check(&x.backend() == &piece.backend(), "overwrite: a piece ", piece.shape(), " is on ",
          piece.backend().name(), ", the tensor on ", x.backend().name());
    all.push_back({piece.data(), piece.size()});
    size += piece.size();
  }
  check(size == x.size(), "overwrite: pieces with ", size, " elements do not fill ", x.shape());
  x.backend().join(all, x.data());
}

void adam_update(const Live<AdamStep>& step, const Tensor& g, const Tensor& m, const Tensor& v,
                 const Tensor& w) {
  for (const Tensor& other : {g, m, v}) check_same("adam", other, w);
  w.backend().adam(step, w.size(), g.data(), m.data(), v.data(), w.data());
}

void add_scaled(const Live<Real>& a, const Tensor& x, const Tensor& y) {
  check_same("add_scaled", x, y);
  y.backend().add_scaled(y.size(), a, x.data(), y.data());
}

void lerp(Real t, const Tensor& x, const Tensor& y) {
  check_same("lerp", x, y);
  y.backend().lerp(y.size(), t, x.data(), y.data());
}

}  // namespace engine
