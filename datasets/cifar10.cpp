#include "datasets/cifar10.h"

#include <filesystem>

#include "datasets/fit_square.h"
#include "datasets/stored_images.h"
#include "engine/check.h"
#include "engine/file.h"

namespace datasets {
namespace {

constexpr int kSide = 32, kChannels = 3, kClasses = 10;
constexpr Index kPlane = kSide * kSide;
constexpr Index kRecord = 1 + kChannels * kPlane;
constexpr Index kOfficialLength = 10'000 * kRecord;

std::string batch_folder(const std::string& directory) {
  const auto inner = std::filesystem::path(directory) / "cifar-10-batches-bin";
  return std::filesystem::is_directory(inner) ? inner.string() : directory;
}

void interleave_planes(const char* planes, std::uint8_t* pixels) {
  for (Index i = 0; i < kPlane; ++i)
    for (int c = 0; c < kChannels; ++c) pixels[i * kChannels + c] = planes[c * kPlane + i];
}

std::string read_batch(const std::string& path) {
  engine::check(std::filesystem::exists(path), path,
                ": no such file; cifar10:DIR needs the folder of the binary version, which ",
                "tools/get_cifar10 DIR fetches");
  std::string batch = engine::read_file(path);
  const Index length = static_cast<Index>(batch.size());
  engine::check(length > 0 && length % kRecord == 0, path, ": ", length, " bytes long instead of ",
                kOfficialLength, " (records of ", kRecord, "): fetch it again with ",
                "tools/get_cifar10 DIR");
  return batch;
}

}  // namespace

std::unique_ptr<Dataset> open_cifar10(const std::string& directory, const OpenOptions& options) {
  const std::string folder = batch_folder(directory);
  const int side = options.resize ? options.resize : kSide;
  const std::size_t image_size = std::size_t(side) * side * kChannels;
  std::string pixels;
  std::vector<int> labels;
  std::vector<std::uint8_t> image(kChannels * kPlane);
  std::vector<std::string> notes;

  const auto append = [&](const std::string& path) {
    const std::string batch = read_batch(path);
    const Index records = static_cast<Index>(batch.size()) / kRecord;
    if (records != kOfficialLength / kRecord)
      notes.push_back(path + ": holds " + std::to_string(records) + " images, not the official " +
                      std::to_string(kOfficialLength / kRecord));
    for (Index offset = 0; offset < static_cast<Index>(batch.size()); offset += kRecord) {
      const int label = static_cast<std::uint8_t>(batch[offset]);
      engine::check(label < kClasses, path, ": offset ", offset, " holds the label ", label,
                    ", above 9: the file is damaged, fetch it again with tools/get_cifar10 DIR");
      labels.push_back(label);
      interleave_planes(batch.data() + offset + 1, image.data());
      pixels.resize(pixels.size() + image_size);
      fit_square(image.data(), kSide, kSide, kChannels, side,
                 reinterpret_cast<std::uint8_t*>(&pixels[pixels.size() - image_size]));
    }
  };

  if (options.test) {
    append(folder + "/test_batch.bin");
  } else {
    pixels.reserve(50'000 * image_size);
    for (int i = 1; i <= 5; ++i) append(folder + "/data_batch_" + std::to_string(i) + ".bin");
  }

  Info info{.name = "cifar10",
            .description =
                std::to_string(labels.size()) +
                (options.test ? " CIFAR-10 test images in " : " CIFAR-10 training images in ") +
                folder,
            .size = static_cast<Index>(labels.size()),
            .height = side,
            .width = side,
            .channels = kChannels,
            .class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse",
                            "ship", "truck"},
            .notes = std::move(notes)};
  return std::make_unique<StoredImages>(std::move(info), std::move(pixels), std::move(labels));
}

}  // namespace datasets
