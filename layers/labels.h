// Labels: the classes of the samples that layers work on, per thread, for as long as one of these
// lives, as Eval is. Class-conditional layers (norm/class_batch_norm.h, projection.h) look them up;
// all other layers do not care.
//
//   const Labels given(Tensor::from({4}, {0, 0, 7, 9}));  // one for each sample
//   Tensor images = generator(normal({4, 128}));
//
// [N] whole numbers from 0 up, or [1]: all samples are of that class. An empty tensor: no labels.
// Cost: none. Errors: a class that the layer does not have, where its row is read.
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
  // Where only shapes and sizes matter, which are the same for each class.
  static Labels any() { return all_of(0); }

 private:
  engine::Tensor before_;
};

const engine::Tensor& labels();  // empty where none are given

// Rows of a table [classes, width] by the labels: [samples, width], or [1, width]. `who` is for
// messages. Errors: no labels, or those of another number of samples.
engine::Tensor rows_by_label(const char* who, const engine::Tensor& table, engine::Index samples);

}  // namespace layers
