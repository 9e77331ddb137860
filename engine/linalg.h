// Dense linear algebra on the host, always in double, for certificates, spectra and tests. Singular
// values are in descending order. Cost: cubic in the smaller extent. Errors: a tensor that is not a
// matrix, with its shape. Source: Golub and Van Loan, "Matrix Computations", 8.6; the algorithms
// are LAPACK's and Eigen's.
#pragma once

#include <complex>
#include <vector>

#include "engine/tensor.h"

namespace engine {

// All singular values of a matrix [m, n]: min(m, n) of them.
std::vector<double> singular_values(const Tensor& matrix);

// The largest one only, as the root of an eigenvalue of the smaller Gram matrix: several times as
// fast, and as accurate, because squaring loses digits only of small values.
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
// All singular values of each matrix, one matrix after the other; as roots of a Gram matrix's
// eigenvalues, so values below 1e-8 of the largest are rounding error.
std::vector<double> singular_values(const ComplexMatrices& stack);

// Each matrix a becomes a a^H, in place (rows x rows).
void times_adjoint(ComplexMatrices& stack);

// Real matrices, row-major in plain arrays of double (cpu/factors.cpp, cpu/symmetric.cpp).
// Singular values of a matrix [rows, columns], and its vectors if requested.
Svd svd(Index rows, Index columns, std::vector<double> matrix, bool vectors = true);
// x [rows, n] becomes r [min(rows, n), n], an upper triangle with r^T r = x^T x: the R of x = Q R.
// Unlike the Gram matrix it keeps all digits of small singular values. Cost: 2 rows n^2, one
// thread.
void to_triangle(Index n, std::vector<double>& x);
// Orthonormalizes the rows of x [rows, n] in order (as Gram-Schmidt does): the
// Q of x^T = Q R with a positive diagonal of R. Errors: more rows than n.
void orthonormalize_rows(Index n, std::vector<double>& x);
// c = a b^T with a [m, k], b [n, k] and c [m, n].
void multiply_transposed(Index m, Index n, Index k, const double* a, const double* b, double* c);
// sum += x^T x with x [rows, n] and sum [n, n].
void add_gram(Index rows, Index n, const double* x, double* sum);
// matrix [n, n], symmetric, = sum of values[i] v_i v_i^T; v_i is row i of `vectors`, if requested.
// The values ascend. Errors: no convergence, as with non-finite values.
struct SymmetricEigen {
  std::vector<double> values, vectors;
};
SymmetricEigen symmetric_eigen(Index n, std::vector<double> matrix, bool vectors = true);

// c = a b with row-major a [m, k], b [k, n] and c [m, n].
void multiply(Index m, Index n, Index k, const Complex* a, const Complex* b, Complex* c);

}  // namespace engine
