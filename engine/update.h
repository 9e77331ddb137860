// Updates in place, for optimizers and averages: the only functions besides Tensor::write that
// change values. All tensors of a call have the same shape. Cost: one pass. Errors: different
// shapes, with both.
#pragma once

#include "engine/geometry.h"
#include "engine/live.h"
#include "engine/tensor.h"

namespace engine {

// Adam with first and second moments m and v (Kingma and Ba, 2015).
void adam_update(const Live<AdamStep>& step, const Tensor& g, const Tensor& m, const Tensor& v,
                 const Tensor& w);
void add_scaled(const Live<Real>& a, const Tensor& x, const Tensor& y);  // y += a x
void lerp(Real t, const Tensor& x, const Tensor& y);                     // y += t (x - y)

}  // namespace engine
