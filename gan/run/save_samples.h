// save_samples: what a generator has made, as a user looks at it: a grid of images, or points in the
// plane. Errors: those of datasets/image_grid.h.
#pragma once

#include <string>

#include "datasets/gaussians.h"
#include "datasets/image_grid.h"
#include "engine/tensor.h"

namespace gan::run {

// Images are [count, height, width, channels]. Points of the plane are drawn over those of the data
// set, if it is given.
inline void save_samples(const std::string& path, const engine::Tensor& images,
                         const datasets::GridOptions& options = {},
                         const datasets::Dataset* data = nullptr) {
  if (datasets::is_plane(images.dim(1), images.dim(2), images.dim(3)))
    datasets::save_plane(path, images.values(), data);
  else
    datasets::save_grid(path, images, options);
}

}  // namespace gan::run
