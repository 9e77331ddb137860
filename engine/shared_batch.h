// A batch that several processes share: each holds equal parts of it, one row per sample, and what
// they compute is what one process would compute of the whole.
//
//   const SharedBatch shared;                               // for this scope, on this thread
//   const Tensor z = normal_per_sample({share_of(64), 128});      // this process's rows of 64
//   const Tensor loss = mean(whole_batch(critic(x)));             // the same on all processes
//   adam.step(mean_over_sharers(grad(loss, parameters)));
//
// What is differentiated is the sum over the processes of what each asks `grad` for; when all ask
// for one and the same loss, the mean of their gradients is that of the loss. Sums over processes
// are ops with gradients of every order, so this holds for penalties and batch norm, too.
// Outside of such a scope, or where processes() is one, nothing is shared: sharers() is 1 and each
// function gives what its plain namesake would, to the bit. All processes must ask for the same.
// Cost: a message of the size of the result. Errors: a batch that has no equal parts.
#pragma once

#include <span>

#include "engine/tensor.h"

namespace engine {

// While one lives, the batches of this thread are shared between all processes().
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

// How many samples of a batch of `n` are this process's. Errors: they cannot be shared evenly.
Index share_of(Index n);

// Random numbers for this process's samples, a row [shape[0], ...] each: its rows of what one
// process would draw for the whole batch.
Tensor uniform_per_sample(const Shape& shape, Real low = 0, Real high = 1);
Tensor normal_per_sample(const Shape& shape);

// The rows [n, ...] of all processes, in the order of the batch.
Tensor whole_batch(const Tensor& mine);
// The mean over the processes: that of the batch, if x is that of this process's rows.
Tensor mean_over_sharers(const Tensor& x);
// Of gradients by the same parameters: one message for all.
TensorList mean_over_sharers(std::span<const Tensor> gradients);

}  // namespace engine
