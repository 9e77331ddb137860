#include "datasets/channels.h"

#include <utility>
#include <vector>

namespace datasets {
namespace {

Info converted_info(const Dataset& data, int channels) {
  return {.name = data.name(),
          .description = data.description(),
          .size = data.size(),
          .height = data.height(),
          .width = data.width(),
          .channels = channels,
          .class_names = data.class_names(),
          .notes = data.notes()};
}

class Converted : public Dataset {
 public:
  Converted(std::unique_ptr<Dataset> data, int channels)
      : Dataset(converted_info(*data, channels)), data_(std::move(data)) {}

  void read(Index i, std::uint8_t* pixels) const override {
    thread_local std::vector<std::uint8_t> stored;  // kept: a steady-state step does not allocate
    stored.resize(data_->image_size());
    data_->read(i, stored.data());
    convert_channels(stored.data(), static_cast<std::size_t>(height()) * width(), data_->channels(),
                     pixels);
  }
  int label(Index i) const override { return data_->label(i); }

 private:
  std::unique_ptr<Dataset> data_;
};

}  // namespace

void convert_channels(const std::uint8_t* from, std::size_t count, int channels, std::uint8_t* to) {
  for (std::size_t i = 0; i < count; ++i)
    if (channels == 1)
      to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = from[i];
    else
      to[i] = static_cast<std::uint8_t>(
          (19595 * from[3 * i] + 38470 * from[3 * i + 1] + 7471 * from[3 * i + 2] + 32768) >> 16);
}

std::unique_ptr<Dataset> with_channels(std::unique_ptr<Dataset> data, int channels) {
  if (data->channels() == channels) return data;
  return std::make_unique<Converted>(std::move(data), channels);
}

}  // namespace datasets
