// Labels: tells class-conditional layers (norm/class_batch_norm.h, projection.h) the class of each
// sample. They apply to a scope and a thread, as Eval does; all other layers ignore them.
//
//   const Labels given(Tensor::from({4}, {0, 0, 7, 9}));  // one for each sample
//   Tensor images = generator(normal({4, 128}));
//
// The tensor is [N], integers from 0 up, or [1] if all samples have the same class; an empty tensor
// means no labels. Cost: none. Errors: a class that a layer does not have, when that layer runs.
#pragma once

#include "engine/tensor.h"

namespace layers {

class Labels {
 public:
  explicit Labels(engine::Tensor of_samples);
  ~Labels();
  Labels(const Labels&) = delete;
  Labels& operator=(const Labels&) = delete;

  static Labels all_of(engine::Index label);  // [1]
  // For calls where only shapes matter, which are the same for every class.
  static Labels any() { return all_of(0); }

 private:
  engine::Tensor before_;
};

const engine::Tensor& labels();  // empty if none are in effect

// The row of a table [classes, width] for each label: [samples, width], or [1, width]. Messages
// begin with `who`. Errors: no labels, or another number of labels than samples.
engine::Tensor rows_by_label(const char* who, const engine::Tensor& table, engine::Index samples);

}  // namespace layers
