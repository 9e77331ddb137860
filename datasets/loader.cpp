#include "datasets/loader.h"

#include <utility>

#include "engine/check.h"

namespace datasets {

Loader::Loader(const Dataset& data, const LoaderOptions& options)
    : data_(data),
      options_(options),
      batches_per_epoch_(datasets::batches_per_epoch(data, options)) {
  engine::check(options.prefetch >= 1, "prefetch=", options.prefetch, ": give at least 1");
  for (int i = 0; i < options.prefetch; ++i)
    spare_.push_back({.images = std::vector<Real>(options.batch * data.image_size()),
                      .labels = std::vector<int>(options.batch)});
  worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void Loader::work(const std::stop_token& stop) {
  std::vector<Index> order;
  Index epoch = -1;  // of `order`
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !spare_.empty() && !error_; })) {
    Buffer buffer = std::move(spare_.back());
    spare_.pop_back();
    const Index number = upcoming_++, seeks = seeks_;
    std::exception_ptr error;
    lock.unlock();
    try {
      if (number / batches_per_epoch_ != epoch) {
        epoch = number / batches_per_epoch_;
        order = epoch_order(data_.size(), options_, epoch);
      }
      fill_batch(data_, options_, number, order, buffer.images, buffer.labels);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    const bool wanted = seeks == seeks_;
    if (wanted) error_ = error;
    if (wanted && !error)
      ready_.push_back(std::move(buffer));
    else
      spare_.push_back(std::move(buffer));
    changed_.notify_all();
  }
}

Loader::Buffer Loader::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty() || error_; });
  if (ready_.empty()) std::rethrow_exception(error_);
  Buffer buffer = std::move(ready_.front());
  ready_.pop_front();
  return buffer;
}

Batch Loader::next() {
  Buffer buffer = take();
  Batch batch{
      .images = engine::Tensor({options_.batch, data_.height(), data_.width(), data_.channels()}),
      .labels = buffer.labels,
      .number = position_++};
  batch.images.write(buffer.images);
  const std::lock_guard lock(mutex_);
  spare_.push_back(std::move(buffer));
  changed_.notify_all();
  return batch;
}

void Loader::seek(Index number) {
  engine::check(number >= 0, "loader: there is no batch ", number);
  const std::lock_guard lock(mutex_);
  while (!ready_.empty()) {
    spare_.push_back(std::move(ready_.front()));
    ready_.pop_front();
  }
  position_ = upcoming_ = number;
  ++seeks_;
  error_ = nullptr;
  changed_.notify_all();
}

}  // namespace datasets
