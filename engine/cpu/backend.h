// CpuBackend: the verbs of backend.h on host memory, with OpenMP threads and OpenBLAS. Each
// group of verbs has a file of its own.
#pragma once

#include "engine/backend.h"
#include "engine/cpu/memory.h"

namespace engine::cpu {

class CpuBackend final : public Backend {
 public:
  CpuBackend();
  const char* name() const override { return "cpu"; }

  Real* allocate(Index elements) override { return memory_.allocate(elements); }
  void release(Real* block, Index elements) noexcept override { memory_.release(block, elements); }
  void upload(Real* to, const Real* host, Index n) override;
  void download(Real* host, const Real* from, Index n) override;

  bool sum_over_processes(Index n, Real* x) override;

  void fill(Real* x, Index n, Real value) override;
  void copy(const Strides& strides, const Real* x, Real* y) override;
  void map(Unary row, RowConstants constants, Index n, const Real* x, Real* z) override;
  void zip(Binary row, RowConstants constants, const Strides& strides, const Real* x, const Real* y,
           Real* z) override;
  void reduce(Reduction kind, Index outer, Index n, Index inner, const Real* x, Real* z) override;

  void gemm(bool transpose_a, bool transpose_b, Index count, Index m, Index n, Index k,
            const Real* a, const Real* b, Real* z) override;
  void solve(bool transpose_a, Index count, Index n, Index k, const Real* a, const Real* b,
             Real* x) override;
  void conv(Slot want, const Window& window, const Operand& x, const Operand& w,
            const Operand& y) override;
  void conv_bias(Slot want, const Window& window, const Operand& x, const Operand& w,
                 const Operand& y, Activation kind, Real slope, const Real* bias) override;
  void pool(PoolMode mode, const Window& window, bool count_padding, const Real* x, Real* large,
            Real* small) override;

  void bias_activation(Activation kind, Real slope, Index rows, Index channels, const Real* x,
                       const Real* bias, Real* z) override;
  void bias_activation_grad(Activation kind, Real slope, Index n, const Operand& z, const Real* g,
                            const Operand& dx) override;
  void bias_activation_grads(Activation kind, Real slope, Index rows, Index channels,
                             const Operand& z, const Real* g, const Operand& dx,
                             Real* dbias) override;
  void moments(Index rows, Index channels, const Real* x, Real* moments) override;
  void batch_norm(const BatchNormTerms& terms, Real* y) override;
  void batch_norm_grad(const BatchNormTerms& terms, const Real* g, Real* dx, Real* dgamma,
                       Real* dbeta) override;

  void gather(Index n, Index width, Index table_rows, const Real* table, const Real* index,
              Real* y) override;
  void scatter_add(Index n, Index width, Index table_rows, const Real* y, const Real* index,
                   Real* table) override;

  void uniform(const Live<RandomState>& from, Index n, Real low, Real high, Real* x) override;
  void normal(const Live<RandomState>& from, Index n, Real mean, Real deviation, Real* x) override;

  void adam(const Live<AdamStep>& step, Index n, const Real* g, Real* m, Real* v, Real* w) override;
  void add_scaled(Index n, const Live<Real>& a, const Real* x, Real* y) override;
  void lerp(Index n, Real t, const Real* x, Real* y) override;
  void remember_moments(Index channels, Real momentum, Real factor, const Real* moments, Real* mean,
                        Real* variance) override;

  void power_iteration(std::span<const TopPair> pairs) override;
  void scale_to_norm(const NormScale& scale, Index n, const Real* w, const Real* sigma,
                     Real* z) override;
  void scale_to_norm_grad(const NormScale& scale, const TopPair& top, const Real* g,
                          Real* dw) override;

  void images(const ImageBatch& batch, const Live<RandomStream>& noise, const Real* table,
              const Real* number, const Real* mirror, Real* y) override;

 private:
  Memory memory_;
};

}  // namespace engine::cpu
