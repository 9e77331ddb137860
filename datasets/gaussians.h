// Gaussians: points in the plane around 8 centers on a ring or 25 on a grid, drawn by the program:
// a data set with known modes, so that the modes found by a generator can be counted.
//
//   auto data = datasets::open("gaussians:25");
//   const ModeCount found = static_cast<const Gaussians&>(*data).modes(points);   // 22 of 25, say
//
// A point is an image of one row and two gray pixels, x and y, in [-1, 1]; one step of a byte is
// about a standard deviation, so train with data.dequantize=true.
//   gaussians:8    radius 0.8, deviation 0.008: a ring of radius 2 and deviation 0.02, times 0.4
//   gaussians:25   spacing 0.4, deviation 0.01: a grid of spacing 2 and deviation 0.05, times 0.2
// 100,000 points to train on and 10,000 others to test on; point i is a pure function of i, its
// class is i modulo the number of modes. Errors: options that do not apply to points. Sources: Metz
// et al., "Unrolled Generative Adversarial Networks" (2017), the ring; Lin et al., "PacGAN" (2018),
// the grid and how modes are counted.
#pragma once

#include <span>
#include <vector>

#include "datasets/dataset.h"

namespace datasets {

// A point in the plane.
struct PlanePoint {
  double x, y;
};

// For a set of points: the number of modes with at least one point within three standard
// deviations, and the fraction of such points.
struct ModeCount {
  int found = 0, modes = 0;
  double share = 0;
};

class Gaussians : public Dataset {
 public:
  Gaussians(const std::string& name, std::vector<PlanePoint> centers, double deviation,
            const OpenOptions& options);
  void read(Index i, std::uint8_t* pixels) const override;
  int label(Index i) const override;

  // Points as pixels of images: x and y alternating.
  ModeCount modes(std::span<const engine::Real> points) const;

 private:
  const std::vector<PlanePoint> centers_;
  const double deviation_;
  const Index first_;  // the test split starts where the training split ends
};

// Open gaussians:8 and gaussians:25.
std::unique_ptr<Dataset> open_ring_of_8(const std::string&, const OpenOptions& options);
std::unique_ptr<Dataset> open_grid_of_25(const std::string&, const OpenOptions& options);

// Whether images of this size are points in the plane.
constexpr bool is_plane(Index height, Index width, Index channels) {
  return height == 1 && width == 2 && channels == 1;
}

// A plot of the plane from -1 to 1, as PNG: `points` over those of the data set, if given. Errors:
// a file that cannot be written.
void save_plane(const std::string& path, std::span<const engine::Real> points,
                const Dataset* data = nullptr);

}  // namespace datasets
