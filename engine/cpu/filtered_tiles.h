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

// Tile `number` of all images: its image, and its place in it.
struct TilePlace {
  Index image, h, w;
  TilePlace(const Filtering& f, Index number)
      : image(number / (f.w.tiles() * f.h.tiles())),
        h(number / f.w.tiles() % f.h.tiles()),
        w(number % f.w.tiles()) {}
};

// The pixels of a tile in one phase of a source: of `rows` of them, all `columns`. Those outside
// the image are zeros.
inline void locate(const Filtering& f, const Real* source, const Real* zeros, const TilePlace& tile,
                   Index phase, std::span<const int> rows, int columns, Index channel,
                   Places& places) {
  const Index first = f.w.pixel(tile.w, 0, phase % f.w.phases), step = f.w.source_step;
  const bool inside = first >= 0 && first + (columns - 1) * step < f.w.source;
  std::size_t next = 0;
  for (const int i : rows) {
    const Index h = f.h.pixel(tile.h, i, phase / f.w.phases);
    if (h < 0 || h >= f.h.source) {
      for (int j = 0; j < columns; ++j) places[next++] = zeros;
      continue;
    }
    const Real* line = source + (tile.image * f.h.source + h) * f.w.source * f.in + channel;
    for (int j = 0; j < columns; ++j) {
      const Index w = first + j * step;
      places[next++] = inside || (w >= 0 && w < f.w.source) ? line + w * f.in : zeros;
    }
  }
}

}  // namespace engine::cpu
