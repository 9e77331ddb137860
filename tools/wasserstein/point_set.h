// Sets of points from what the user names:
//
//   images          a SPEC as inception_score takes it: a folder, cifar10:DIR, run:DIR, ...; each
//                   image is a point, its pixels from -1 to 1, as the networks of gan see them
//   FILE.npy, .npz  whole numbers [N, H, W, 1 or 3] are images; other numbers are points as they are: [N]
//                   on a line, else [N, ...]; of a .npz the array `features`, or the only one
//   FILE.safetensors, FILE.safetensors:TENSOR    the same, of float32; the only tensor or this one
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/tensor.h"

namespace wasserstein {

using engine::Index;

struct PointOptions {
  std::optional<Index> count = {};  // none: all; of a run kDrawn
  int resize = 0;                   // of images: the middle square, resized; 0: as they are
  std::uint64_t seed = 0;           // of a run's noise
};

constexpr Index kDrawn = 1000;

struct PointSet {
  std::string spec, contents;  // "images 32x32x3, pixels from -1 to 1", "points"
  std::string selection;       // "all", "1000 of 50000, ..."
  engine::Tensor points;       // [N, D]
};

// Errors: name the spec and what is wrong with it; values that are not finite.
PointSet open_points(const std::string& spec, const PointOptions& options);

}  // namespace wasserstein
