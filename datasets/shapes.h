// Shapes: an embedded data set, drawn by the program; no files needed.
//
// Ten classes of filled shapes (disc, ring, square, triangle, diamond, cross, star, heart,
// crescent, bars) of random position, size, tilt and color on a pastel background; anti-aliased,
// RGB, 32x32 or the side given by `resize`. 60,000 images to train on and 10,000 others to test on,
// all distinct; image i is a pure function of i, its class is i % 10, so classes are balanced.
// Cost: drawn again on every read, about 20 microseconds each at 32x32; no memory.
// Source: the distances follow Inigo Quilez, "2D distance functions" (iquilezles.org).
#pragma once

#include "datasets/dataset.h"

namespace datasets {

class Shapes : public Dataset {
 public:
  explicit Shapes(const OpenOptions& options = {});
  void read(Index i, std::uint8_t* pixels) const override;
  int label(Index i) const override;

 private:
  Index first_;  // the test split starts where the training split ends
};

}  // namespace datasets
