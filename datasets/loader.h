// Loader: the batches of a data set in sequence, prefetched in the background.
//
//   datasets::Loader loader(*data, {.batch = 64, .seed = 1});
//   loader.seek(step);                      // resume: batch `step` comes next
//   datasets::Batch batch = loader.next();  // images [64, 32, 32, 3] in [-1, 1]
//
// What batch k holds is defined in batch.h. One background thread fills plain host buffers, at most
// `prefetch` ahead; tensors are made only by the thread that calls next(). With `resident` the set
// is copied to the device once, as bytes, and next() makes the same batch there. Call next(),
// seek() and position() from one thread only. In a captured step (engine/capture.h) each replay
// sees the next batch, images and `classes`; labels and number are those of the call. The data set
// must outlive the loader. Errors: a set smaller than one batch; resident with a shift or cutout;
// next() rethrows errors from the background thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "datasets/batch.h"
#include "engine/images.h"
#include "engine/tensor.h"

namespace datasets {

struct Batch {
  engine::Tensor images;   // [part_size, height, width, channels]
  engine::Tensor classes;  // the labels [part_size], if LoaderOptions::labels; else empty
  engine::FreeListVector<int> labels;
  Index number = 0;
};

class Loader {
 public:
  Loader(const Dataset& data, const LoaderOptions& options);

  Batch next();
  void seek(Index number);  // the batch that next() gives next; 0 at first
  Index position() const { return position_; }
  Index batches_per_epoch() const { return batches_per_epoch_; }

 private:
  struct Buffer {
    std::vector<Real> images;
    engine::FreeListVector<int> labels;
  };
  struct Choice {  // of a batch made on the device
    std::vector<Index> order;
    Index epoch = -1;  // of `order`
    std::vector<Real> number, mirror;
  };

  Buffer buffer() const;
  void work(const std::stop_token& stop);
  Buffer take();
  void choose(Index k);
  engine::Tensor resident_images();
  engine::Tensor classes();  // of the batch whose images were made last

  const Dataset& data_;
  const LoaderOptions options_;
  const Index batches_per_epoch_;
  Index position_ = 0;  // of the caller
  Buffer current_;      // the latest batch, as the host sees it
  std::optional<engine::ImageTable> table_;
  Choice choice_;
  std::vector<Real> classes_;  // the labels of current_

  std::mutex mutex_;  // guards everything below except the thread
  std::condition_variable_any changed_;
  std::deque<Buffer> ready_;   // batches position_, position_ + 1, ...
  std::vector<Buffer> spare_;  // buffers to fill
  Index upcoming_ = 0;         // the batch the worker makes next
  Index seeks_ = 0;            // tells a batch begun before a seek from one begun after it
  std::exception_ptr error_;   // of batch upcoming_ - 1; the worker rests until a seek
  std::jthread worker_;        // last member, so that it is joined before the others are destroyed
};

}  // namespace datasets
