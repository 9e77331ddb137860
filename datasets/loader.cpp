#include "datasets/loader.h"

#include <algorithm>
#include <utility>

#include "engine/capture.h"
#include "engine/check.h"

namespace datasets {

Loader::Loader(const Dataset& data, const LoaderOptions& options)
    : data_(data),
      options_(options),
      batches_per_epoch_(datasets::batches_per_epoch(data, options)),
      current_(buffer()) {
  if (options.labels) classes_.resize(options.part_size());
  engine::check(options.prefetch >= 1, "prefetch=", options.prefetch, ": must be at least 1");
  engine::check(!options.resident || options.shift == 0, "shift=", options.shift,
                ": images on the device cannot be shifted; use resident=false");
  engine::check(!options.resident || options.cutout == 0, "cutout=", options.cutout,
                ": images on the device cannot be cut out; use resident=false");
  if (options.resident) {
    table_.emplace(data.size(), data.height(), data.width(), data.channels(),
                   [&](Index i, std::uint8_t* pixels) { data.read(i, pixels); });
    choice_.number.resize(options.part_size());
    choice_.mirror.resize(options.part_size());
    return;
  }
  for (int i = 0; i < options.prefetch; ++i) spare_.push_back(buffer());
  worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Loader::Buffer Loader::buffer() const {
  return {.images =
              std::vector<Real>(options_.resident ? 0 : options_.part_size() * data_.image_size()),
          .labels = engine::FreeListVector<int>(options_.part_size())};
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
        epoch_order(data_.size(), options_, epoch, order);
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
  Batch batch;
  batch.number = position_;
  if (table_) {
    batch.images = resident_images();
  } else {
    const engine::Shape shape{options_.part_size(), data_.height(), data_.width(),
                              data_.channels()};
    batch.images = engine::live_tensor(shape, [this] {
      Buffer used = std::exchange(current_, take());
      ++position_;
      const std::lock_guard lock(mutex_);
      spare_.push_back(std::move(used));
      changed_.notify_all();
      return std::span<const Real>(current_.images);
    });
  }
  batch.labels = current_.labels;
  if (options_.labels) batch.classes = classes();
  return batch;
}

engine::Tensor Loader::classes() {
  return engine::live_tensor({options_.part_size()}, [this] {
    std::ranges::copy(current_.labels, classes_.begin());
    return std::span<const Real>(classes_);
  });
}

// The images that fill_batch would take for batch k, and how.
void Loader::choose(Index k) {
  if (k / batches_per_epoch_ != choice_.epoch) {
    choice_.epoch = k / batches_per_epoch_;
    epoch_order(data_.size(), options_, choice_.epoch, choice_.order);
  }
  const Index first = options_.first_of_part();
  for (Index i = 0; i < options_.part_size(); ++i) {
    const Index image = choice_.order[k % batches_per_epoch_ * options_.batch + first + i];
    choice_.number[i] = static_cast<Real>(image);
    choice_.mirror[i] = mirrored(options_, k, first + i);
    current_.labels[i] = data_.label(image);
  }
}

engine::Tensor Loader::resident_images() {
  const engine::Tensor number = engine::live_tensor({options_.part_size()}, [this] {
    choose(position_++);
    return std::span<const Real>(choice_.number);
  });
  const engine::Tensor mirror = engine::live_tensor(
      {options_.part_size()}, [this] { return std::span<const Real>(choice_.mirror); });
  if (!options_.dequantize) return table_->batch(number, mirror);
  const auto noise =
      engine::live<engine::RandomStream>([this] { return noise_stream(options_, position_ - 1); });
  return table_->noisy_batch(number, mirror, noise, options_.first_of_part());
}

void Loader::seek(Index number) {
  engine::check(number >= 0, "loader: batch ", number, " does not exist");
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
