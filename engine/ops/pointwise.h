// Elementwise functions of tensors, which the build declares from the rows of pointwise.def, and
// the operators. Two operands are broadcast together (NumPy's rule). Cost: one pass over memory
// each. Errors: operands that cannot be broadcast, naming the function and both shapes.
#pragma once

#include "engine/ops/pointwise_functions.h"  // Tensor exp(const Tensor& x); and so on
#include "engine/tensor.h"

namespace engine {

inline Tensor operator-(const Tensor& x) { return neg(x); }

inline Tensor operator+(const Tensor& x, const Tensor& y) { return add(x, y); }
inline Tensor operator-(const Tensor& x, const Tensor& y) { return sub(x, y); }
inline Tensor operator*(const Tensor& x, const Tensor& y) { return mul(x, y); }
inline Tensor operator/(const Tensor& x, const Tensor& y) { return div(x, y); }

inline Tensor operator+(const Tensor& x, Real y) { return shift(x, y); }
inline Tensor operator-(const Tensor& x, Real y) { return shift(x, -y); }
inline Tensor operator*(const Tensor& x, Real y) { return scale(x, y); }
inline Tensor operator/(const Tensor& x, Real y) { return scale(x, 1 / y); }

inline Tensor operator+(Real x, const Tensor& y) { return shift(y, x); }
inline Tensor operator-(Real x, const Tensor& y) { return shift(neg(y), x); }
inline Tensor operator*(Real x, const Tensor& y) { return scale(y, x); }
inline Tensor operator/(Real x, const Tensor& y) { return divide_into(y, x); }

}  // namespace engine
