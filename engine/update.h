// In-place updates, for optimizers, moving averages, State and loaders: the only functions that
// change values. They keep address and shape, so every handle to the tensor sees the new values,
// including handles on the tape. Tensors have the same shape unless stated otherwise. Cost: one
// pass. Errors: shapes that differ (the message has both); different devices.
#pragma once

#include "engine/geometry.h"
#include "engine/live.h"
#include "engine/tensor.h"

namespace engine {

// Replaces all values.
void overwrite(const Tensor& x, std::span<const Real> values);  // x = values from the host
void overwrite(const Tensor& x, const Tensor& values);
void overwrite(const Tensor& x, std::span<const Tensor> pieces);  // side by side, flat
void overwrite_each(std::span<const Tensor> xs, std::span<const Tensor> values);

// Adam with first and second moments m and v (Kingma and Ba, 2015). Where beta1 is 0, m may be g.
void adam_update(const Live<AdamStep>& step, const Tensor& g, const Tensor& m, const Tensor& v,
                 const Tensor& w);
void add_scaled(const Live<Real>& a, const Tensor& x, const Tensor& y);  // y += a x
void lerp(Real t, const Tensor& x, const Tensor& y);                     // y += t (x - y)

// Running mean and variance [C] take in the newest moments [2, C]: each becomes (1 - momentum) times
// itself plus momentum times the newest, the newest variance times `factor`.
void remember_moments(Real momentum, Real factor, const Tensor& moments, const Tensor& mean,
                      const Tensor& variance);

}  // namespace engine
