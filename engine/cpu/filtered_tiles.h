// Tiles of an image as minimal filters read them, and rows of their matrices.
#pragma once

#include <array>
#include <span>

#include "engine/cpu/filtered.h"
#include "engine/cpu/scratch.h"

namespace engine::cpu {

// Places of the pixels of a tile, or of the taps of a kernel: one for each row and column.
using Places = std::array<const Real*, kMostPoints * kMostPoints>;

// Row u of a matrix without its zeros.
struct SparseRow {
  std::array<int, kMostPoints> columns;
  std::array<Real, kMostPoints> weights;
  int count = 0;
  SparseRow(const Filter::Matrix& matrix, int u, int length) {
    for (int i = 0; i < length; ++i)
      if (matrix[u][i].over != 0) {
        columns[count] = i;
        weights[count++] = static_cast<Real>(matrix[u][i].value());
      }
  }
  std::span<const int> used() const { return {columns.data(), static_cast<std::size_t>(count)}; }
};

class Zeros {
 public:
  explicit Zeros(Index n) : memory_(n) { std::fill_n(memory_.data(), n, Real(0)); }
  const Real* data() const { return memory_.data(); }

 private:
  Scratch memory_;
};

// One tile of all images after another: its image, and its place in it.
class TileWalk {
 public:
  TileWalk(const Filtering& f, Index number)
      : tiles_h_(f.h.tiles()),
        tiles_w_(f.w.tiles()),
        image(number / (tiles_w_ * tiles_h_)),
        h(number / tiles_w_ % tiles_h_),
        w(number % tiles_w_) {}
  void next() {
    if (++w < tiles_w_) return;
    w = 0;
    if (++h < tiles_h_) return;
    h = 0, ++image;
  }

 private:
  Index tiles_h_, tiles_w_;

 public:
  Index image, h, w;
};

// The pixels of a tile in one phase (first_h, first_w) of a source: of `rows` of them, all
// `columns`. Those outside the image are zeros.
inline void locate(const Filtering& f, const Real* source, const Real* zeros, const TileWalk& tile,
                   Index phase_h, Index phase_w, std::span<const int> rows, int columns,
                   Index channel, Places& places) {
  const Index first = f.w.pixel(tile.w, 0, phase_w), step = f.w.source_step;
  const bool inside = first >= 0 && first + (columns - 1) * step < f.w.source;
  const Real** to = places.data();
  for (const int i : rows) {
    const Index h = f.h.pixel(tile.h, i, phase_h);
    if (h < 0 || h >= f.h.source) {
      for (int j = 0; j < columns; ++j) *to++ = zeros;
      continue;
    }
    const Real* line = source + (tile.image * f.h.source + h) * f.w.source * f.in + channel;
    if (inside) {
      line += first * f.in;
      for (int j = 0; j < columns; ++j, line += step * f.in) *to++ = line;
      continue;
    }
    for (int j = 0; j < columns; ++j) {
      const Index w = first + j * step;
      *to++ = w >= 0 && w < f.w.source ? line + w * f.in : zeros;
    }
  }
}

}  // namespace engine::cpu
