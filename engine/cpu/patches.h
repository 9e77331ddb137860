// Patches: the rows that turn a convolution into matrix products (im2col), gathered a tile at a
// time so that a tile stays in cache. Both the forward convolution and each dense phase of a
// strided transposed one are this: output pixel (p, q) reads the image at (p step_h + offset_h[a],
// q step_w + offset_w[b]) for each tap (a, b); outside the image there are zeros.
#pragma once

#include <vector>

#include "engine/geometry.h"

namespace engine::cpu {

struct Patches {
  const Real* image;  // [n, height, width, channels]
  Index n, height, width, channels;
  Index rows_h, rows_w;  // output pixels of one image
  Index step_h, step_w;
  std::vector<Index> offset_h, offset_w;  // one per tap, ascending

  Index rows() const { return n * rows_h * rows_w; }
  Index row_length() const {
    return static_cast<Index>(offset_h.size() * offset_w.size()) * channels;
  }
  // Whether the rows are the image's own memory (a 1x1 kernel without stride or padding).
  bool is_image() const;

  // Rows [begin, end), each [tap_h, tap_w, channel]. Returns where they lie: in `buffer`, or in the
  // image itself if is_image().
  const Real* gather(Index begin, Index end, Real* buffer) const;

 private:
  void gather_row(Index row, Real* to) const;
};

// The patches of x that the forward convolution multiplies with W.
Patches forward_patches(const Window& window, const Real* x);

// Rows per tile: a tile of patches takes about a megabyte, and is neither tiny nor huge.
Index tile_rows(Index row_length);

// Memory of this thread for a tile; grows to the largest ever asked for.
Real* tile_buffer(Index elements, int which = 0);

}  // namespace engine::cpu
