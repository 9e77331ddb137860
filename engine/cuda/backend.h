// CudaBackend: the verbs of backend.h on one NVIDIA GPU. All work goes to one stream, in the order
// of the calls. Each group of verbs has a file of its own.
#pragma once

#include <vector>

#include "engine/backend.h"
#include "engine/cuda/check.h"
#include "engine/cuda/filtered.h"
#include "engine/cuda/memory.h"

namespace engine::cuda {

// An error that a kernel found in its input; the next download reports it.
struct Fault {
  int verb = 0;  // 0: nothing; else its number in fault_verbs
  Real index = 0;
  Index rows = 0;  // there are; for kSolve: matrices, of which `index` is singular
};
enum FaultVerb : int { kNoFault, kGather, kScatterAdd, kImages, kSolve };

// What follows a convolution in the same kernel: z = activation(sum + bias), if there is a bias.
struct Epilogue {
  const Real* bias = nullptr;
  Activation kind = Activation::none;
  Real slope = 0;
};

// Memory for the duration of a scope, for work enqueued there.
class Scratch {
 public:
  Scratch(Memory& memory, Index elements)
      : memory_(memory), elements_(elements), data_(memory.allocate(elements)) {}
  ~Scratch() { memory_.release(data_, elements_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  Real* data() const { return data_; }
  double* doubles() const { return reinterpret_cast<double*>(data_); }

 private:
  Memory& memory_;
  Index elements_;
  Real* data_;
};
constexpr Index kDouble = sizeof(double) / sizeof(Real);  // Reals that a double takes

class CudaBackend final : public Backend {
 public:
  CudaBackend();
  const char* name() const override { return "cuda"; }

  Real* allocate(Index elements) override { return memory_.allocate(elements); }
  void release(Real* block, Index elements) noexcept override { memory_.release(block, elements); }
  void upload(Real* to, const Real* host, Index n) override;
  void download(Real* host, const Real* from, Index n) override;
  std::size_t memory_left() const override;

  bool captures() const override { return true; }
  void begin_capture() override;
  std::unique_ptr<CapturedWork> end_capture() override;
  void abandon_capture() noexcept override;

  void fill(Real* x, Index n, Real value) override;
  void copy(const Strides& strides, const Real* x, Real* y) override;
  void copy_pieces(std::span<const Piece> pieces) override;
  void map(Unary row, RowConstants constants, Index n, const Real* x, Real* z) override;
  void zip(Binary row, RowConstants constants, const Strides& strides, const Real* x, const Real* y,
           Real* z) override;
  void reduce(Reduction kind, Index outer, Index n, Index inner, const Real* x, Real* z) override;
  bool has_norm() const override { return true; }
  void norm(Index n, const Real* x, Real* z) override;

  void gemm(bool transpose_a, bool transpose_b, Index count, Index m, Index n, Index k,
            const Real* a, const Real* b, Real* z) override;
  void solve(bool transpose_a, Index count, Index n, Index k, const Real* a, const Real* b,
             Real* x) override;
  void conv(Slot want, const Window& window, const Operand& x, const Operand& w,
            const Operand& y) override;
  void conv_bias(Slot want, const Window& window, const Operand& x, const Operand& w,
                 const Operand& y, Activation kind, Real slope, const Real* bias) override;
  bool narrows(Slot want, const Window& window) const override;
  void widen(Index n, const Bfloat16* x, Real* y) override;
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

  bool sum_over_processes(Index n, Real* x) override;

  cudaStream_t stream() const { return stream_; }
  Memory& memory() { return memory_; }
  // So many zeros for the blocks of one launch to count on, which it must leave zero (last_block.h).
  unsigned* tickets(Index count);

 private:
  // z = op(a) op(b) + beta z, for a batch of matrices
  void product(const char* op, bool transpose_a, bool transpose_b, Index m, Index n, Index k,
               const Real* a, const Real* b, Real beta, Real* z, Index count = 1);
  // Narrow operands only if implicit.
  void conv_forward(const Window& window, const Operand& x, const Real* w, const Operand& y,
                    const Epilogue& epilogue);
  void conv_weight(const Window& window, const Operand& x, Real* w, const Operand& y);
  void conv_transpose(const Window& window, const Operand& x, const Real* w, const Operand& y,
                      const Epilogue& epilogue);
  bool has_epilogue(Slot want, const Window& window) const;
  void filtered(const char* op, const Filtering& f, const Real* source, const Real* w,
                Real* result);
  void filtered_weights(const char* op, const Filtering& f, const Real* x, Real* w, const Real* y);
  void check_fault();

  // Page-locked staging memory, so that no upload waits for the device.
  struct Stage {
    Real* host = nullptr;
    cudaEvent_t copied = nullptr;
  };
  static constexpr Index kStage = Index{1} << 18;  // elements of each
  static constexpr Index kTickets = Index{1} << 14;

  cudaStream_t stream_ = nullptr;
  cublasHandle_t blas_ = nullptr;
  Memory memory_;
  std::vector<Stage> stages_;
  std::size_t next_stage_ = 0;
  unsigned* tickets_ = nullptr;  // a ring
  Index next_ticket_ = 0;
  Fault* fault_ = nullptr;       // on the device
  Fault* fault_here_ = nullptr;  // page-locked
};

}  // namespace engine::cuda
