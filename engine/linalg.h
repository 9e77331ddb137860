// Dense linear algebra on the host, always in double whatever Real is: what certificates, spectra
// and tests are computed with. Singular values are in descending order.
// Cost: cubic in the smaller extent. Errors: a tensor that is no matrix, with its shape.
// Source: Golub and Van Loan, "Matrix Computations", 8.6; the algorithms are LAPACK's and Eigen's.
#pragma once

#include <complex>
#include <vector>

#include "engine/tensor.h"

namespace engine {

// All singular values of a matrix [m, n]: min(m, n) of them.
std::vector<double> singular_values(const Tensor& matrix);

// The largest one only, as the root of an eigenvalue of the smaller Gram matrix: several times
// faster, and as accurate, for squaring costs digits at the small end alone.
double spectral_norm(const Tensor& matrix);

// matrix = u diag(s) v^T, thin: with r = min(m, n), u is m x r and v n x r, row-major.
struct Svd {
  std::vector<double> u, s, v;
};
Svd svd(const Tensor& matrix);

// `count` complex matrices of one shape, one after the other, row-major.
using Complex = std::complex<double>;
struct ComplexMatrices {
  Index count = 0, rows = 0, columns = 0;
  std::vector<Complex> values;
  Complex* matrix(Index i) { return values.data() + i * rows * columns; }
  const Complex* matrix(Index i) const { return values.data() + i * rows * columns; }
};

std::vector<double> spectral_norms(const ComplexMatrices& stack);  // of each

// Each matrix a becomes a a^H, in place (rows x rows).
void times_adjoint(ComplexMatrices& stack);

// c = a b with row-major a [m, k], b [k, n] and c [m, n].
void multiply(Index m, Index n, Index k, const Complex* a, const Complex* b, Complex* c);

}  // namespace engine
