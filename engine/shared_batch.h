// A batch shared by several processes: each holds an equal part of its rows (samples), and together
// they compute what one process would compute from the whole batch.
//
//   const SharedBatch shared;                               // for this scope, on this thread
//   const Tensor z = normal_per_sample({share_of(64), 128});      // this process's rows of 64
//   const Tensor loss = mean(whole_batch(critic(x)));             // the same on all processes
//   adam.step(mean_over_sharers(grad(loss, parameters)));
//
// `grad` differentiates the sum of the losses that the processes pass to it. If all pass the same
// loss, the mean of their gradients is the gradient of that loss. Sums over processes are ops with
// gradients of every order, so this holds for penalties and batch norm too. Outside such a scope,
// or in a process started alone, sharers() is 1 and every function is bit-identical to its plain
// namesake. All processes must call the same functions in the same order. Cost: one message of the
// size of the result. Errors: a batch that does not divide into equal parts.
#pragma once

#include <span>

#include "engine/tensor.h"

namespace engine {

// During its lifetime, all processes() share the batches of this thread.
class SharedBatch {
 public:
  SharedBatch();
  ~SharedBatch();
  SharedBatch(const SharedBatch&) = delete;
  SharedBatch& operator=(const SharedBatch&) = delete;

 private:
  Index before_;
};
Index sharers();

// The number of this process's samples in a batch of `n`. Errors: n does not divide evenly.
Index share_of(Index n);

// Random numbers for this process's samples, one row each. Together, the rows of all processes are
// the numbers that one process would draw for the whole batch.
Tensor uniform_per_sample(const Shape& shape, Real low = 0, Real high = 1);
Tensor normal_per_sample(const Shape& shape);

// The rows [n, ...] of all processes, in the order of the batch.
Tensor whole_batch(const Tensor& mine);
// The mean over the processes. If x is the mean over this process's rows, the result is the mean
// over the batch.
Tensor mean_over_sharers(const Tensor& x);
// The same for each of a list of gradients, in one message.
TensorList mean_over_sharers(std::span<const Tensor> gradients);

}  // namespace engine
