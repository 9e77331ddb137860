#include "engine/ops/matmul.h"

#include "engine/backend.h"
#include "engine/op.h"
#include "engine/ops/trilinear.h"

namespace engine {
namespace {

// Slot Y from (X, W): X W^T.  Slot X from (W, Y): Y W.  Slot W from (X, Y): Y^T X.
struct MatmulOp : Op {
  Slot want;
  explicit MatmulOp(Slot want) : want(want) {}
  const char* name() const override {
    return want == Slot::Y ? "matmul_nt" : want == Slot::X ? "matmul" : "matmul_tn";
  }
  const char* onnx() const override { return "MatMul"; }
  Settings settings() const override {
    return {{"transA", {double(want == Slot::W)}}, {"transB", {double(want == Slot::Y)}}};
  }

  Shape shape(Inputs in) const override {
    check(in[0].rank() == 2 && in[1].rank() == 2, name(), ": two matrices are needed, got ",
          in[0].shape(), " and ", in[1].shape());
    const Shape &a = in[0].shape(), &b = in[1].shape();
    const bool fits = want == Slot::Y   ? a[1] == b[1]
                      : want == Slot::X ? a[0] == b[1]
                                        : a[0] == b[0];
    check(fits, name(), ": ", a, " does not fit ", b, want == Slot::Y ? " transposed" : "");
    if (want == Slot::Y) return {a[0], b[0]};
    if (want == Slot::X) return {b[0], a[1]};
    return {b[1], a[1]};
  }

  void forward(Inputs in, const Tensor& out) const override {
    const Real *a = in[0].data(), *b = in[1].data();
    const Index m = out.dim(0), n = out.dim(1);
    Backend& backend = out.backend();
    if (want == Slot::Y) backend.gemm(false, true, m, n, in[0].dim(1), a, b, out.data());
    if (want == Slot::X) backend.gemm(false, false, m, n, in[0].dim(0), b, a, out.data());
    if (want == Slot::W) backend.gemm(true, false, m, n, in[0].dim(0), b, a, out.data());
  }

  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    return trilinear_vjp(want, i, g, in, [](Slot slot, const Tensor& a, const Tensor& b) {
      return apply(MatmulOp(slot), {a, b});
    });
  }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) { return apply(MatmulOp(Slot::X), {b, a}); }
Tensor matmul_nt(const Tensor& a, const Tensor& b) { return apply(MatmulOp(Slot::Y), {a, b}); }
Tensor matmul_tn(const Tensor& a, const Tensor& b) { return apply(MatmulOp(Slot::W), {b, a}); }

}  // namespace engine
