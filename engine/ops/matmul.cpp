#include "engine/ops/matmul.h"

#include <utility>

#include "engine/backend.h"
#include "engine/op.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"
#include "engine/ops/trilinear.h"

namespace engine {
namespace {

// Flattens the batch axes: ops take one matrix, or a stack of rank 3.
Index count_of(const Shape& shape) { return shape.rank() == 2 ? 1 : shape[0]; }

template <class O>
Tensor apply_to_stacks(const O& op, const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined() || (a.rank() == 2 && b.rank() == 2)) return apply(op, {a, b});
  check(a.rank() >= 2 && b.rank() >= 2, op.name(), ": expected two matrices, got ", a.shape(),
        " and ", b.shape());
  op.check_fit(a.shape(), b.shape());
  const auto batch_of = [](const Shape& shape) {
    Shape batch;
    for (int i = 0; i + 2 < shape.rank(); ++i) batch.push_back(shape[i]);
    return batch;
  };
  const Shape batch = broadcast(op.name(), batch_of(a.shape()), batch_of(b.shape()));
  const auto with_matrix = [](Shape batch, const Tensor& x) {
    batch.push_back(x.dim(-2));
    batch.push_back(x.dim(-1));
    return batch;
  };
  const auto stack = [&](const Tensor& x) {
    return reshape(expand_to(x, with_matrix(batch, x)), with_matrix({batch.size()}, x));
  };
  const Tensor result = apply(op, {stack(a), stack(b)});
  return reshape(result, with_matrix(batch, result));
}

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

  void check_fit(const Shape& a, const Shape& b) const {
    const bool fits = want == Slot::Y   ? a[-1] == b[-1]
                      : want == Slot::X ? a[-2] == b[-1]
                                        : a[-2] == b[-2];
    check(fits, name(), ": ", a, " does not fit ", b, want == Slot::Y ? " transposed" : "");
  }

  Shape shape(Inputs in) const override {
    const Shape &a = in[0].shape(), &b = in[1].shape();
    check_fit(a, b);
    Shape out = a;
    out[-2] = want == Slot::Y ? a[-2] : want == Slot::X ? b[-2] : b[-1];
    out[-1] = want == Slot::Y ? b[-2] : a[-1];
    return out;
  }

  void forward(Inputs in, const Tensor& out) const override {
    const Real *a = in[0].data(), *b = in[1].data();
    if (want != Slot::Y) std::swap(a, b);
    out.backend().gemm(want == Slot::W, want == Slot::Y, count_of(out.shape()), out.dim(-2),
                       out.dim(-1), in[0].dim(want == Slot::Y ? -1 : -2), a, b, out.data());
  }

  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    return trilinear_vjp(want, i, g, in, [](Slot slot, const Tensor& a, const Tensor& b) {
      return apply(MatmulOp(slot), {a, b});
    });
  }
};

// x = a^-1 b, or a^-T b if `transposed`.
struct SolveOp : Op {
  bool transposed;
  explicit SolveOp(bool transposed) : transposed(transposed) {}
  const char* name() const override { return "solve"; }
  Settings settings() const override { return {{"transposed", {double(transposed)}}}; }
  void check_fit(const Shape& a, const Shape& b) const {
    check(a[-1] == a[-2] && a[-1] == b[-2], name(), ": expected matrices [n, n] and [n, k], got ",
          a, " and ", b);
  }
  Shape shape(Inputs in) const override {
    check_fit(in[0].shape(), in[1].shape());
    return in[1].shape();
  }
  void forward(Inputs in, const Tensor& out) const override {
    out.backend().solve(transposed, count_of(out.shape()), out.dim(-2), out.dim(-1), in[0].data(),
                        in[1].data(), out.data());
  }
  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor& x) const override {
    const Tensor by_b = apply(SolveOp(!transposed), {in[0], g});
    return i == 1 ? by_b : -(transposed ? matmul_nt(x, by_b) : matmul_nt(by_b, x));
  }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) { return apply_to_stacks(MatmulOp(Slot::X), b, a); }
Tensor matmul_nt(const Tensor& a, const Tensor& b) {
  return apply_to_stacks(MatmulOp(Slot::Y), a, b);
}
Tensor matmul_tn(const Tensor& a, const Tensor& b) {
  return apply_to_stacks(MatmulOp(Slot::W), b, a);
}

Tensor solve(const Tensor& a, const Tensor& b) { return apply_to_stacks(SolveOp(false), a, b); }

}  // namespace engine
