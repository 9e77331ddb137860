// Matrix products.
#include "engine/graph/ops/matrix.h"

#include <algorithm>
#include <numeric>

#include "engine/graph/ops/table.h"
#include "engine/graph/traced_op.h"
#include "engine/ops/matmul.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {
namespace {

// The shape before the last two axes.
Shape batch_of(const Tensor& x) {
  Shape shape;
  for (int i = 0; i + 2 < x.rank(); ++i) shape.push_back(x.dim(i));
  return shape;
}

}  // namespace

Tensor product(const Call& c, const Tensor& left, const Tensor& right) {
  check(left.rank() >= 1 && right.rank() >= 1, "a single number is not a matrix");
  const Tensor a = left.rank() == 1 ? reshape(left, {1, left.dim(0)}) : left;
  const Tensor b = right.rank() == 1 ? reshape(right, {right.dim(0), 1}) : right;
  check(a.dim(-1) == b.dim(-2), left.shape(), " does not fit ", right.shape());
  const Shape batch = broadcast("broadcast", batch_of(a), batch_of(b));
  Shape shape = batch;
  if (left.rank() > 1) shape.push_back(a.dim(-2));
  if (right.rank() > 1) shape.push_back(b.dim(-1));
  c.allow(shape);
  if (b.rank() == 2) {
    const Tensor rows = reshape(a, {batch.size() * a.dim(-2), a.dim(-1)});
    return reshape(engine::matmul(rows, b), shape);
  }
  Shape all_a = batch, all_b = batch;
  for (int i = -2; i < 0; ++i) all_a.push_back(a.dim(i)), all_b.push_back(b.dim(i));
  c.allow(all_a);
  c.allow(all_b);
  return reshape(engine::matmul(a, b), shape);
}

namespace {

void matmul(const Call& c) {
  if (c.in(0).is_whole()) unsupported("not supported for ", name_of(c.in(0).type()));
  c.out(Value(product(c, c.in(0).tensor(), c.in(1).tensor()), c.in(0).type()));
}

Tensor product(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  if (transpose_a && transpose_b) return matmul_nt(transpose(a), b);
  if (transpose_a) return matmul_tn(a, b);
  return transpose_b ? matmul_nt(a, b) : engine::matmul(a, b);
}

// alpha a b + beta c
void gemm(const Call& c) {
  const Tensor a = c.in(0).tensor(), b = c.in(1).tensor();
  const bool ta = c.integer("transA", 0) != 0, tb = c.integer("transB", 0) != 0;
  check(a.rank() == 2 && b.rank() == 2, "two matrices are needed, got ", a.shape(), " and ",
        b.shape());
  const Shape shape{a.dim(ta ? 1 : 0), b.dim(tb ? 0 : 1)};
  c.allow(shape);
  Tensor y = product(a, b, ta, tb);
  if (c.real("alpha", 1) != 1) y = y * c.real("alpha", 1);
  if (c.has(2) && c.real("beta", 1) != 0) {
    const Tensor bias = c.in(2).tensor();
    check(broadcast("broadcast", bias.shape(), shape) == shape, bias.shape(), " is added to ",
          shape);
    y = y + (c.real("beta", 1) == 1 ? bias : bias * c.real("beta", 1));
  }
  c.out(Value(y, c.in(0).type()));
}

// Inputs: a, b where b is transposed, else b, a. Of stacks, Gemm knows nothing.
Written write_matmul(const TracedOp& t) {
  const bool ta = t.setting("transA") != 0, tb = t.setting("transB") != 0;
  const std::string a = t.plain(tb ? 0 : 1), b = t.plain(tb ? 1 : 0);
  const int rank = t.shape().rank();
  if (!ta && !tb) return {t.node("MatMul", {a, b})};
  if (rank == 2) return {t.node("Gemm", {a, b}, {{ta ? "transA" : "transB", Index{1}}})};
  std::vector<Index> order(static_cast<std::size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[rank - 2], order[rank - 1]);
  const std::string turned = t.node("Transpose", {ta ? a : b}, {{"perm", order}});
  return {t.node("MatMul", {ta ? turned : a, ta ? b : turned})};
}

const Operator kMatrixOperators[] = {
    {"Gemm", gemm},
    {"MatMul", matmul, write_matmul},
};

}  // namespace

std::span<const Operator> matrix_operators() { return kMatrixOperators; }

}  // namespace engine::graph
