#include "datasets/gaussians.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "datasets/image_grid.h"
#include "engine/check.h"
#include "engine/philox.h"

namespace datasets {
namespace {

using engine::Real;

constexpr Index kTrainSize = 100'000, kTestSize = 10'000;
constexpr std::uint64_t kSeed = 0x504C'414E'45;  // "PLANE": the sets are the same for everyone

// The standard normal distribution in the plane (Box and Muller).
PlanePoint normal_point(Index i) {
  const engine::Random4 random = engine::philox(kSeed, 0, static_cast<std::uint64_t>(i));
  const double radius = std::sqrt(-2 * std::log(1 - double{engine::unit_interval(random.word[0])}));
  const double angle = 2 * std::numbers::pi * engine::unit_interval(random.word[1]);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

std::uint8_t coordinate_byte(double value) {  // what data.dequantize spreads around the value
  return static_cast<std::uint8_t>(std::clamp(std::floor(128 * (value + 1)), 0.0, 255.0));
}

Info info(const std::string& name, std::size_t modes, const OpenOptions& options) {
  engine::check(options.resize == 0, name, ": points have no size to change: leave out ",
                options.resize_option, options.resize);
  engine::check(options.channels <= 1, name,
                ": points have no colors: leave data.channels at auto");
  Info info{.name = "gaussians" + std::to_string(modes),
            .description = name + ": points around " + std::to_string(modes) +
                           " places of the plane, " + (options.test ? "test" : "training") +
                           " split",
            .size = options.test ? kTestSize : kTrainSize,
            .height = 1,
            .width = 2,
            .channels = 1};
  for (std::size_t i = 0; i < modes; ++i) info.class_names.push_back("mode " + std::to_string(i));
  return info;
}

}  // namespace

Gaussians::Gaussians(const std::string& name, std::vector<PlanePoint> centers, double deviation,
                     const OpenOptions& options)
    : Dataset(info(name, centers.size(), options)),
      centers_(std::move(centers)),
      deviation_(deviation),
      first_(options.test ? kTrainSize : 0) {}

void Gaussians::read(Index i, std::uint8_t* pixels) const {
  const PlanePoint center = centers_[label(i)], offset = normal_point(first_ + i);
  pixels[0] = coordinate_byte(center.x + deviation_ * offset.x);
  pixels[1] = coordinate_byte(center.y + deviation_ * offset.y);
}

int Gaussians::label(Index i) const {
  return static_cast<int>((first_ + i) % static_cast<Index>(centers_.size()));
}

ModeCount Gaussians::modes(std::span<const Real> points) const {
  std::vector<bool> found(centers_.size());
  std::size_t near = 0;
  for (std::size_t i = 0; i + 1 < points.size(); i += 2)
    for (std::size_t mode = 0; mode < centers_.size(); ++mode) {
      const PlanePoint& center = centers_[mode];
      if (std::hypot(points[i] - center.x, points[i + 1] - center.y) > 3 * deviation_) continue;
      found[mode] = true;
      ++near;
    }
  return {.found = static_cast<int>(std::ranges::count(found, true)),
          .modes = static_cast<int>(found.size()),
          .share = points.empty()
                       ? 0
                       : 2 * static_cast<double>(near) / static_cast<double>(points.size())};
}

std::unique_ptr<Dataset> open_ring_of_8(const std::string&, const OpenOptions& options) {
  std::vector<PlanePoint> centers;
  for (int i = 0; i < 8; ++i)
    centers.push_back(
        {0.8 * std::cos(i * std::numbers::pi / 4), 0.8 * std::sin(i * std::numbers::pi / 4)});
  return std::make_unique<Gaussians>("gaussians:8", std::move(centers), 0.008, options);
}

std::unique_ptr<Dataset> open_grid_of_25(const std::string&, const OpenOptions& options) {
  std::vector<PlanePoint> centers;
  for (int i = 0; i < 25; ++i) centers.push_back({0.4 * (i % 5 - 2), 0.4 * (i / 5 - 2)});
  return std::make_unique<Gaussians>("gaussians:25", std::move(centers), 0.01, options);
}

void save_plane(const std::string& path, std::span<const Real> points, const Dataset* data) {
  constexpr int kSide = 512, kDataPoints = 2'000;
  using Color = std::array<Real, 3>;
  constexpr Color kOfData = {1, 0.6F, 0.2F}, kOfPoints = {-0.8F, -0.3F, 0.6F};  // orange, blue
  std::vector<Real> pixels(3 * kSide * kSide, 1);
  const auto dot = [&](double x, double y, const Color& color) {  // 3 pixels wide; y points up
    if (!(std::abs(x) <= 1 && std::abs(y) <= 1)) return;
    const int column = std::clamp(static_cast<int>((x + 1) / 2 * kSide), 1, kSide - 2);
    const int row = std::clamp(static_cast<int>((1 - y) / 2 * kSide), 1, kSide - 2);
    for (int r = row - 1; r <= row + 1; ++r)
      for (int c = column - 1; c <= column + 1; ++c)
        std::ranges::copy(color, &pixels[3 * (Index{r} * kSide + c)]);
  };
  std::array<std::uint8_t, 2> bytes;
  for (Index i = 0; data && i < std::min<Index>(kDataPoints, data->size()); ++i) {
    data->read(i, bytes.data());
    dot((bytes[0] + 0.5) / 128 - 1, (bytes[1] + 0.5) / 128 - 1, kOfData);
  }
  for (std::size_t i = 0; i + 1 < points.size(); i += 2) dot(points[i], points[i + 1], kOfPoints);
  save_grid(path, pixels, {.count = 1, .height = kSide, .width = kSide, .channels = 3});
}

}  // namespace datasets
