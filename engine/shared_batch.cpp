#include "engine/shared_batch.h"

#include "engine/backend.h"
#include "engine/collective.h"
#include "engine/op.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/random.h"
#include "engine/update.h"

namespace engine {
namespace {

thread_local Index sharing = 1;

void sum_in_place(const Tensor& x) {
  if (x.backend().sum_over_processes(x.size(), x.data())) return;
  std::vector<Real> host = x.values();
  processes().sum(std::span<Real>(host));
  overwrite(x, host);
}

// Every process gets the sum of all operands, so the cotangents add up too.
struct SumOverProcessesOp : Op {
  const char* name() const override { return "sum_over_processes"; }
  Shape shape(Inputs in) const override { return in[0].shape(); }
  void forward(Inputs in, const Tensor& out) const override {
    overwrite(out, in[0]);
    sum_in_place(out);
  }
  Tensor vjp(int, const Tensor& g, Inputs, const Tensor&) const override {
    return apply(SumOverProcessesOp(), {g});
  }
};

// This process's rows of a tensor that has them all.
template <class Draw>
Tensor drawn(const Shape& shape, const Draw& draw) {
  if (sharing == 1) return draw(shape);
  check(shape.rank() >= 1, "per sample: ", shape, " has no row for each");
  Shape whole = shape;
  whole[0] *= sharing;
  const Index first = processes().rank() * shape[0];
  return slice(draw(whole), 0, first, first + shape[0]);
}

}  // namespace

SharedBatch::SharedBatch() : before_(sharing) { sharing = processes().size(); }
SharedBatch::~SharedBatch() { sharing = before_; }
Index sharers() { return sharing; }

Index share_of(Index n) {
  check(n % sharing == 0, n, " samples cannot be shared evenly by ", sharing, " processes");
  return n / sharing;
}

Tensor uniform_per_sample(const Shape& shape, Real low, Real high) {
  return drawn(shape, [&](const Shape& whole) { return uniform(whole, low, high); });
}

Tensor normal_per_sample(const Shape& shape) {
  return drawn(shape, [](const Shape& whole) { return normal(whole); });
}

Tensor whole_batch(const Tensor& mine) {
  if (sharing == 1) return mine;
  const Index rank = processes().rank(), n = mine.dim(0);
  return apply(SumOverProcessesOp(), {pad(mine, 0, rank * n, (sharing - 1 - rank) * n)});
}

Tensor mean_over_sharers(const Tensor& x) {
  if (sharing == 1) return x;
  return apply(SumOverProcessesOp(), {x}) / static_cast<Real>(sharing);
}

TensorList mean_over_sharers(std::span<const Tensor> gradients) {
  TensorList means(gradients.begin(), gradients.end());
  if (sharing == 1) return means;
  const NoGrad constant;
  Index total = 0;
  for (const Tensor& gradient : gradients) total += gradient.size();
  const Tensor block(Shape{total});
  Index offset = 0;
  for (const Tensor& gradient : gradients) {
    overwrite(Tensor::view(block, offset, gradient.shape()), gradient);
    offset += gradient.size();
  }
  sum_in_place(block);
  const Tensor mean = block / static_cast<Real>(sharing);
  offset = 0;
  for (Tensor& gradient : means) {
    gradient = Tensor::view(mean, offset, gradient.shape());
    offset += gradient.size();
  }
  return means;
}

}  // namespace engine
