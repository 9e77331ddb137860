// Backend: the interface of a device, as verbs on raw device pointers. Ops know shapes and
// gradients, backends know loops. map, zip and reduce take a ROW of ops/pointwise.def, so a new
// elementwise op adds nothing here. All arrays are contiguous Real on this device; images are NHWC.
//
// A backend runs its verbs in the order they are called; only download() waits for the result.
// Every sum, mean and moment equals the double result up to rounding, and every verb gives the same
// bits for the same input, device and thread count.
#pragma once

#include <memory>
#include <span>

#include "engine/geometry.h"
#include "engine/live.h"
#include "engine/philox.h"
#include "engine/spectral.h"

namespace engine {

// The rows of pointwise.def with one and with two operands, numbered in its order. Only code that
// expands that file knows their names.
enum class Unary : int;
enum class Binary : int;

// A row's two constants, for the rows that have them (leaky_relu's slope, clamp's limits).
struct RowConstants {
  Real a = 0, b = 0;
};

// One of several arrays that a verb copies: y = x, of n elements.
struct Piece {
  const Real* x;
  Real* y;
  Index n;
};

// activation((x - mean) / sqrt(variance + epsilon) * gamma + beta) on rows of `channels`; moments
// [2, channels] are mean and biased variance.
struct BatchNormTerms {
  Index rows, channels;
  Real epsilon;
  Activation kind;
  Real slope;
  const Real *x, *moments, *gamma, *beta;
};

// A captured step that can be replayed. It owns its memory until destroyed.
class CapturedWork {
 public:
  virtual ~CapturedWork() = default;
  virtual void replay() = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual const char* name() const = 0;

  // Memory. Blocks come from free lists; allocate(0) is valid. `upload` has read the host's values
  // when it returns. `memory_left` is in bytes, 0 if tensors are in host memory.
  virtual Real* allocate(Index elements) = 0;
  virtual void release(Real* block, Index elements) noexcept = 0;
  virtual void upload(Real* to, const Real* host, Index n) = 0;
  virtual void download(Real* host, const Real* from, Index n) = 0;
  virtual std::size_t memory_left() const { return 0; }

  // Capturing a step (capture.h), if the device can: verbs between begin and end are recorded, not
  // run. Neither upload nor download is called in between. Errors: NotCaptured (capture.h); after
  // any error, including in begin and end, nothing of the step has run and verbs run normally
  // again.
  virtual bool captures() const { return false; }
  virtual void begin_capture() {}
  virtual std::unique_ptr<CapturedWork> end_capture() { return nullptr; }
  virtual void abandon_capture() noexcept {}

  // Moving: y[strides.y] = x[strides.x] over the extents (permute, slice, pad, concat,
  // expand, flip); strides may be negative.
  virtual void fill(Real* x, Index n, Real value) = 0;
  virtual void copy(const Strides& strides, const Real* x, Real* y) = 0;
  virtual void copy_pieces(std::span<const Piece> pieces) {
    for (const Piece& piece : pieces)
      copy({.extents = {piece.n}, .x = {1}, .y = {1}}, piece.x, piece.y);
  }

  // Elementwise rows; z is contiguous over the extents.
  virtual void map(Unary row, RowConstants constants, Index n, const Real* x, Real* z) = 0;
  virtual void zip(Binary row, RowConstants constants, const Strides& strides, const Real* x,
                   const Real* y, Real* z) = 0;

  // z[outer, inner] = reduction over n of x[outer, n, inner].
  virtual void reduce(Reduction kind, Index outer, Index n, Index inner, const Real* x,
                      Real* z) = 0;

  // z = |x|, of n elements, without overflow or underflow; where has_norm() is false, ops serve.
  virtual bool has_norm() const { return false; }
  virtual void norm(Index, const Real*, Real*) {}

  // A batch of `count` products: z[m, n] = op(a) op(b), each transposed or not; a is
  // [m, k] or [k, m], b is [k, n] or [n, k].
  virtual void gemm(bool transpose_a, bool transpose_b, Index count, Index m, Index n, Index k,
                    const Real* a, const Real* b, Real* z) = 0;
  // A batch of solutions: x[n, k] with op(a) x = b, for a [n, n] and b [n, k], in double. Errors: a
  // singular matrix, which an asynchronous device reports at the next download.
  virtual void solve(bool transpose_a, Index count, Index n, Index k, const Real* a, const Real* b,
                     Real* x) = 0;

  // Computes the slot `want` of the convolution form from the two others, into the array of `want`,
  // of Reals.
  virtual void conv(Slot want, const Window& window, const Operand& x, const Operand& w,
                    const Operand& y) = 0;

  // Slot Y or X followed by z = activation(z + bias), in the same pass where the device can; z is of
  // Reals, or of either kind where the backend narrows it.
  virtual void conv_bias(Slot want, const Window& window, const Operand& x, const Operand& w,
                         const Operand& y, Activation kind, Real slope, const Real* bias) {
    conv(want, window, x, w, y);
    const bool forward = want == Slot::Y;
    Real* z = (forward ? y : x).wide;
    const Index rows =
        window.n * (forward ? window.out_height * window.out_width : window.height * window.width);
    bias_activation(kind, slope, rows, forward ? window.out : window.in, z, bias, z);
  }

  // Whether that slot, or its cotangent, should be narrow: the convolutions that read it would round
  // it to bfloat16 anyway. Such a backend has `widen`, which makes Reals of n narrow numbers.
  virtual bool narrows(Slot /*want*/, const Window&) const { return false; }
  virtual void widen(Index /*n*/, const Bfloat16* /*x*/, Real* /*y*/) {}

  // Between `large` [n, height, width, in] and `small` [n, out_height, out_width, in]; only pick
  // and put read `x`, which has the size of `large`. An average divides by the whole window if
  // `count_padding`, else by its part inside the image.
  virtual void pool(PoolMode mode, const Window& window, bool count_padding, const Real* x,
                    Real* large, Real* small) = 0;

  // z = activation(x + bias) on rows of `channels` (in place: x may be z); and dx from z and its
  // cotangent g, alone or with the bias's, the sum of its rows.
  virtual void bias_activation(Activation kind, Real slope, Index rows, Index channels,
                               const Real* x, const Real* bias, Real* z) = 0;
  virtual void bias_activation_grad(Activation kind, Real slope, Index n, const Operand& z,
                                    const Real* g, const Operand& dx) = 0;
  virtual void bias_activation_grads(Activation kind, Real slope, Index rows, Index channels,
                                     const Operand& z, const Real* g, const Operand& dx,
                                     Real* dbias) = 0;

  // Batch norm on rows of `channels`, and its gradients from x and the result's cotangent g.
  virtual void moments(Index rows, Index channels, const Real* x, Real* moments) = 0;
  virtual void batch_norm(const BatchNormTerms& terms, Real* y) = 0;
  virtual void batch_norm_grad(const BatchNormTerms& terms, const Real* g, Real* dx, Real* dgamma,
                               Real* dbeta) = 0;

  // y[i] = table[index[i]], and (from a zeroed table) table[index[i]] += y[i]; rows of `width`.
  // Errors: an index that is not a row of the table, which an asynchronous device reports at the
  // next download.
  virtual void gather(Index n, Index width, Index table_rows, const Real* table, const Real* index,
                      Real* y) = 0;
  virtual void scatter_add(Index n, Index width, Index table_rows, const Real* y, const Real* index,
                           Real* table) = 0;

  // Philox blocks counter, counter + 1, ... of the sequence `seed`, four numbers each.
  virtual void uniform(const Live<RandomState>& from, Index n, Real low, Real high, Real* x) = 0;
  virtual void normal(const Live<RandomState>& from, Index n, Real mean, Real deviation,
                      Real* x) = 0;

  // Updates in place: Adam, y += a x, and y += t (x - y).
  virtual void adam(const Live<AdamStep>& step, Index n, const Real* g, Real* m, Real* v,
                    Real* w) = 0;
  virtual void add_scaled(Index n, const Live<Real>& a, const Real* x, Real* y) = 0;
  virtual void lerp(Index n, Real t, const Real* x, Real* y) = 0;
  // Running mean and variance take in the newest `moments` [2, channels], whose weight is
  // `momentum`: mean = (1 - momentum) mean + momentum newest; the newest variance times `factor`.
  virtual void remember_moments(Index channels, Real momentum, Real factor, const Real* moments,
                                Real* mean, Real* variance) = 0;

  // Power iteration in place, on all these matrices together. A zero matrix preserves v, and its
  // sigma is a tiny positive number.
  virtual void power_iteration(std::span<const TopPair> pairs) = 0;
  // z = w scaled, of n elements; and for w [m, n] the cotangent of w from g, that of z, where sigma is
  // |w v| and u is w v / sigma.
  virtual void scale_to_norm(const NormScale& scale, Index n, const Real* w, const Real* sigma,
                             Real* z) = 0;
  virtual void scale_to_norm_grad(const NormScale& scale, const TopPair& top, const Real* g,
                                  Real* dw) = 0;

  // y[i] = image number[i] of `table` (bytes, one image after the other) as numbers (images.h),
  // mirrored where mirror[i] is not 0. Errors: those of gather.
  virtual void images(const ImageBatch& batch, const Live<RandomStream>& noise, const Real* table,
                      const Real* number, const Real* mirror, Real* y) = 0;

  // x += what the other processes() (collective.h) have there, for all n. False: nothing was done,
  // for lack of a library that does it on this device; values go by way of the host.
  virtual bool sum_over_processes(Index /*n*/, Real* /*x*/) { return false; }
};

Backend& cpu_backend();   // always available
Backend& cuda_backend();  // in builds with CUDA. Errors: no usable GPU, and why

}  // namespace engine
