// Circular convolution. On a torus of H x W pixels a convolution of stride 1 is, at each frequency
// f = (y, x), a small complex matrix [O, I], its symbol:
//
//   K^(f) = sum over taps (a, b) of K[:, a, b, :] exp(2 pi i (y a / H + x b / W))
//
// and sigma = max over f of sigma(K^(f)), exactly. That is NOT an upper bound for zero padding on
// the same H x W; on a torus so large that no window wraps, T is a submatrix and it is one.
// Strides fold by space-to-depth (kernel.h). K^(-f) is the conjugate, so half of them suffice.
// Source: Sedghi, Gupta and Long, "The Singular Values of Convolutional Layers" (2019).
// Cost: H W / 2 symbols, an eigenproblem of min(O, I) each.
// Errors: symbols that take more than 4 GiB at a time; a kernel or a torus without elements; of
// norms, a kernel that is not finite.
#pragma once

#include <functional>
#include <optional>

#include "engine/linalg.h"
#include "layers/linear_map.h"

namespace layers {

// The symbols of a kernel [O, kH, kW, I] on a torus of height x width, at the frequencies (y, x)
// with y = first ... last - 1, outermost, and x = 0 ... width / 2: all, up to conjugation, for y
// from 0 to height - 1. Kernels larger than the torus wrap around it.
engine::ComplexMatrices symbols(const engine::Tensor& kernel, engine::Index height,
                                engine::Index width, engine::Index first, engine::Index last);

// Calls body(symbols of some rows y) until all rows are done, in little memory.
void for_each_symbols(const engine::Tensor& kernel, engine::Index height, engine::Index width,
                      const std::function<void(engine::ComplexMatrices&)>& body);

// The exact norm of the circular convolution of this kernel on a torus.
double torus_norm(const engine::Tensor& kernel, engine::Index height, engine::Index width);

double circular_norm(const LinearMap& W);         // as if the stride were 1, on the image's H x W
double circular_norm_padded(const LinearMap& W);  // the same on H + 2p: an upper bound for any s
// With its stride: on (H / s) x (W / s) blocks. Empty if the stride does not divide the image.
std::optional<double> circular_norm_strided(const LinearMap& W);

// All its singular values, descending: as many as the smaller of domain and range has elements.
// Empty if the stride does not divide the image. Cost: a Gram matrix of each symbol and its
// eigenvalues, O I min(O, I) multiplications for each of H W / 2.
std::vector<double> circular_singular_values(const LinearMap& W);
double circular_singular_values_cost(const LinearMap& W);  // in real multiplications, about

// The largest symbol of the polyphase kernel on a fine grid: the limit of sigma(T), from below, for
// ever larger images, up to the resolution of the grid.
double torus_supremum(const LinearMap& W, engine::Index grid = 64);

}  // namespace layers
