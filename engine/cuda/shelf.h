// Shelf: a tile of one operand of an implicit product (implicit.cu) in shared memory: `lines` rows
// of A or columns of B, with kDepth terms each. In memory a line's terms lie beside each other or,
// turned, a term's lines; so they do here.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/cuda/async.h"
#include "engine/cuda/launch.h"

namespace engine::cuda {

constexpr int kDepth = 16;  // terms of a tile

// A warp multiplies 32 lines of A and B, of each four in group g = lane / 4 of its lanes; of those,
// lane t = lane % 4 of the group reads the terms from 4 t on: the rows, columns and terms of a product
// may come in any order. So a lane reads four neighbors at once in either layout, and finds four
// neighboring columns in its results. The first line of a group:
__device__ inline int lines_of(int g) { return g % 2 * 16 + g / 2 * 4; }

template <class Element_, int lines, bool turned>
struct Shelf {
  using Element = Element_;
  static constexpr int kSize = lines * kDepth;
  static constexpr int kWidest = 16 / sizeof(Element);  // neighbors that are copied at once
  struct alignas(4 * sizeof(Element)) Four {
    Element value[4];
  };

  // Where term 4 t + e lies, of line q in group g of the 32 from `line` on. Lanes that read at once,
  // those of all t and of two neighboring g (16 bytes each) or four (8), find different banks.
  static __device__ int place(int line, int g, int q, int t, int e) {
    if (!turned) return (line + 8 * q + g) * kDepth + 4 * t + e;
    return (4 * t + e) * lines + ((line + lines_of(g) + q) ^ shift(t));
  }
  // Rows of shared memory, in order: 32 lines are those numbered 0 of all groups, then 1, ...
  static __device__ int line_of_row(int row) {
    return row / 32 * 32 + lines_of(row % 8) + row % 32 / 8;
  }
  // Turned, rows are terms, and the columns of each are permuted.
  static __device__ int shift(int t) {
    return sizeof(Element) == 4 ? t * 4 : t % 2 * 8 + t / 2 * 32;
  }

  // Starts copies of the tile from this line and term on, `width` neighbors at once.
  template <int width, class Reader>
  static __device__ void copy(const Reader& reader, int line, int term, Element* shelf) {
    constexpr int kRow = turned ? lines : kDepth, kRowsAtOnce = kThreads * width / kRow;
    static_assert(kThreads * width % kRow == 0);
    const int thread = static_cast<int>(threadIdx.x);
    const int column = thread % (kRow / width) * width;
#pragma unroll 2  // all of the wide copies; more of the narrow ones would spill registers
    for (int first = 0; first < kSize / kRow; first += kRowsAtOnce) {
      const int row = first + thread / (kRow / width);
      if (kSize / kRow % kRowsAtOnce != 0 && row >= kSize / kRow) return;
      const auto [from, inside] = turned ? reader.find(term + row, line + column)
                                         : reader.find(line + line_of_row(row), term + column);
      Element* const to = shelf + row * kRow + (turned ? column ^ shift(row / 4) : column);
      copy_async<width * sizeof(Element)>(to, from, inside);
    }
  }

  // In registers: what this lane multiplies of the 32 lines from `line` on, its terms in order.
  template <class Operand>
  static __device__ void load(const Element* shelf, int line,
                              std::uint32_t (&registers)[4][4 / Operand::kTerms]) {
    const int g = static_cast<int>(threadIdx.x) % 32 / 4, t = static_cast<int>(threadIdx.x) % 4;
    Element values[4][4];  // [line][term]
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int from = turned ? place(line, g, 0, t, i) : place(line, g, i, t, 0);
      const Four four = *reinterpret_cast<const Four*>(shelf + from);
#pragma unroll
      for (int j = 0; j < 4; ++j) values[turned ? j : i][turned ? i : j] = four.value[j];
    }
#pragma unroll
    for (int q = 0; q < 4; ++q)
#pragma unroll
      for (int r = 0; r < 4 / Operand::kTerms; ++r)
        registers[q][r] = Operand::in_register(&values[q][r * Operand::kTerms]);
  }
};

}  // namespace engine::cuda
