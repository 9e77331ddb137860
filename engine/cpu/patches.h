// Patches: the rows that turn a convolution into a matrix product (im2col), never formed as a
// whole: `fill` gathers any block of them. Both the forward convolution and each dense phase of a
// strided transposed one are this: output pixel (p, q) reads the image at (p step_h + offset_h[a],
// q step_w + offset_w[b]) for each tap (a, b); outside the image there are zeros.
#pragma once

#include "engine/geometry.h"
#include "engine/pool.h"

namespace engine::cpu {

using Offsets = PooledList<Index>;

struct Patches {
  const Real* image;  // [n, height, width, channels]
  Index n, height, width, channels;
  Index rows_h, rows_w;  // output pixels of one image
  Index step_h, step_w;
  Offsets offset_h, offset_w;  // one per tap, ascending

  Index rows() const { return n * rows_h * rows_w; }
  Index row_length() const {
    return static_cast<Index>(offset_h.size() * offset_w.size()) * channels;
  }

  // Rows [m0, m1), each [tap_h, tap_w, channel] of which columns [k0, k1), to to[m - m0][k - k0].
  void fill(Index m0, Index m1, Index k0, Index k1, Real* to, Index row) const;

 private:
  template <Index kPanel>
  void fill_tap(Index m0, Index m1, Index tap, Index channel, Real* to, Index row) const;
  void fill_line(const Real* line, Index left, Index first, Index last, Real* to) const;
};

// The patches of x that the forward convolution multiplies with W.
Patches forward_patches(const Window& window, const Real* x);

// to[j][i] = from[i][j] for i < rows, j < columns.
void transpose(const Real* from, Index from_row, Index rows, Index columns, Real* to, Index to_row);

}  // namespace engine::cpu
