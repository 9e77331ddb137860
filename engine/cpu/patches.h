// Patches: the rows that turn a convolution into a matrix product (im2col), never formed as a
// whole: `fill` gathers any block of them. Both the forward convolution and each dense phase of a
// strided transposed one are this: output pixel (p, q) reads the image at (p step_h + offset_h[a],
// q step_w + offset_w[b]) for each tap (a, b); outside the image there are zeros.
#pragma once

#include <algorithm>

#include "engine/cpu/range.h"
#include "engine/free_lists.h"
#include "engine/geometry.h"

namespace engine::cpu {

using Offsets = FreeListVector<Index>;

// Rows are the output pixels of n images. Images are taken in groups: within a group, pixel after
// pixel, and at each pixel, image after image. In groups of one that is the order of memory; in
// larger ones neighbouring rows are the same pixel, whose taps leave the image together.
struct RowOrder {
  Index n, rows_h, rows_w;  // output pixels of one image
  Index group = 1;          // images taken together

  Index rows() const { return n * rows_h * rows_w; }
};

// One row after another: image `sample`, pixel (p, q).
class RowWalk {
 public:
  RowWalk(const RowOrder& order, Index row)
      : order_(order),
        first_(row / (order.group * order.rows_h * order.rows_w) * order.group),
        count_(std::min(order.group, order.n - first_)) {
    const Index rest = row - first_ * order.rows_h * order.rows_w, pixel = rest / count_;
    sample = first_ + rest % count_, p = pixel / order.rows_w, q = pixel % order.rows_w;
  }
  void next() {
    if (++sample < first_ + count_) return;
    if (++q == order_.rows_w) q = 0, ++p;
    if (p == order_.rows_h) {
      p = 0, first_ += count_;
      count_ = std::min(order_.group, order_.n - first_);
    }
    sample = first_;
  }
  Index pixel() const { return (sample * order_.rows_h + p) * order_.rows_w + q; }  // in memory
  Index first() const { return first_; }                                            // of the group
  Index count() const { return count_; }

  Index sample, p, q;

 private:
  RowOrder order_;
  Index first_, count_;
};

struct Patches {
  const Real* image;  // [n, height, width, channels]
  Index height, width, channels;
  RowOrder order;
  Index step_h, step_w;
  Offsets offset_h, offset_w;  // one per tap, ascending

  Index rows() const { return order.rows(); }
  Index row_length() const {
    return static_cast<Index>(offset_h.size() * offset_w.size()) * channels;
  }

  // Rows [m0, m1), each [tap_h, tap_w, channel] of which columns [k0, k1), to to[m - m0][k - k0].
  void fill(Index m0, Index m1, Index k0, Index k1, Real* to, Index row) const;

  // The same columns as panels: `columns` of them are [m1 - m0, columns] at to, the next `distance`
  // further on. k1 - k0 is a multiple of `columns`.
  void fill_panels(Index m0, Index m1, Index k0, Index k1, Index columns, Real* to,
                   Index distance) const;

  // Takes images in groups where so much of all patches lies outside the images that it pays to
  // leave it out; the two below then say where.
  void group_if_it_pays();
  bool sparse() const { return order.group > 1; }
  // The columns of [k0, k1) outside which rows [m0, m1) are zero.
  Range columns_used(Index m0, Index m1, Index k0, Index k1) const;
  // The rows of [m0, m1) outside which columns [k0, k1) are zero.
  Range rows_used(Index m0, Index m1, Index k0, Index k1) const;

 private:
  template <Index kPanel>
  void fill_tap(Index m0, Index m1, Index tap, Index channel, Index panels, Real* to,
                Index distance) const;
  void fill_line(const Real* line, Index left, Index first, Index last, Real* to) const;
};

// Patches as an operand of a product (product.h), on the left or on the right.
template <Range (Patches::*kUsed)(Index, Index, Index, Index) const>
struct PatchOperand {
  const Patches& patches;
  void operator()(Index i0, Index i1, Index j0, Index j1, Real* to, Index row) const {
    patches.fill(i0, i1, j0, j1, to, row);
  }
  void fill_panels(Index i0, Index i1, Index j0, Index j1, Index columns, Real* to,
                   Index distance) const {
    patches.fill_panels(i0, i1, j0, j1, columns, to, distance);
  }
  bool sparse() const { return patches.sparse(); }
  Range used(Index i0, Index i1, Index j0, Index j1) const {
    return (patches.*kUsed)(i0, i1, j0, j1);
  }
};
using PatchesTimes = PatchOperand<&Patches::columns_used>;
using TimesPatches = PatchOperand<&Patches::rows_used>;

// The patches of x that the forward convolution multiplies with W.
Patches forward_patches(const Window& window, const Real* x);

}  // namespace engine::cpu
