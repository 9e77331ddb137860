// Products of matrices that are never formed: the operands are functions that fill a block (of
// patches, of transposed weights), blocks are packed into cache, and block kernels multiply them.
//
//   a(m0, m1, k0, k1, to, row)   rows [m0, m1), columns [k0, k1), to to[(m - m0) row + (k - k0)]
//   b(k0, k1, n0, n1, to, row)   the same of b
//
// An operand with zeros may skip their products by giving the range of k outside which a block is
// zero:
//
//   a.used(m0, m1, k0, k1)   b.used(k0, k1, n0, n1)   a Range, used if a.sparse(), b.sparse()
//
// A right operand that fills neighboring panels faster together than separately may offer this:
//
//   b.fill_panels(k0, k1, n0, n1, columns, to, distance)   panels of `columns`, `distance` apart
//
// Products run in the precision() of the engine where the machine has a kernel for it, else
// exactly. Sums along k run in pieces of a fixed size, so no result depends on the number of
// threads.
#pragma once

#include <omp.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "engine/cpu/kernels/kernels.h"
#include "engine/cpu/range.h"
#include "engine/cpu/scratch.h"
#include "engine/device.h"

namespace engine::cpu {

constexpr Index ceil_div(Index n, Index d) { return (n + d - 1) / d; }
constexpr Index round_up(Index n, Index d) { return ceil_div(n, d) * d; }

template <class Numbers, class B>
void pack_each_panel(const Numbers& numbers, const B& b, Index k0, Index k1, Index n0, Index n1,
                     Index distance, typename Numbers::Unit* to) {
  for (Index n = n0; n < n1; n += numbers.block.columns, to += distance)
    numbers.pack_b(b, k0, k1, n, std::min<Index>(n1, n + numbers.block.columns), to);
}

// Exact products: a unit is a Real and needs no conversion.
class Exact {
 public:
  using Unit = Real;
  explicit Exact(const BlockKernel<Real>& kernel) : block(kernel) {}

  static constexpr Index kDepthNumbers = kDepth;
  Index units(Index k) const { return k; }
  Range units(Range k) const { return k; }
  Index a_size(Index m) const { return round_up(m, block.rows) * kRowStride; }
  Index b_size(Index k) const { return k * block.columns; }

  template <class A>
  void pack_a(const A& a, Index m0, Index m1, Index k0, Index k1, Unit* to) const {
    a(m0, m1, k0, k1, to, kRowStride);
  }
  template <class B>
  void pack_b(const B& b, Index k0, Index k1, Index n0, Index n1, Unit* to) const {
    b(k0, k1, n0, n1, to, block.columns);
    for (Index n = n1 - n0; n < block.columns; ++n)  // lanes beyond the edge
      for (Index k = 0; k < k1 - k0; ++k) to[k * block.columns + n] = 0;
  }
  // Panels of columns [n0, n1), one after the other.
  template <class B>
  void pack_panels(const B& b, Index k0, Index k1, Index n0, Index n1, Index distance,
                   Unit* to) const {
    if constexpr (requires { b.fill_panels(k0, k1, n0, n1, Index{}, to, distance); })
      if ((n1 - n0) % block.columns == 0)
        return b.fill_panels(k0, k1, n0, n1, block.columns, to, distance);
    pack_each_panel(*this, b, k0, k1, n0, n1, distance, to);
  }
  // Units [k.begin, k.end) of `depth` packed ones.
  void multiply(int m, int n, Range k, Index, const Unit* a, Index, const Unit* b, Real* c,
                Index row_c, bool add) const {
    block.multiply(m, n, k.end - k.begin, a + k.begin, b + k.begin * block.columns, c, row_c, add);
  }

  const BlockKernel<Real>& block;
};

#ifndef KANTOR_DOUBLE
// Products of bf16: of the rounded numbers (one product) or, nearly exact, of their upper and lower
// halves: x y = xh yh + xh yl + xl yh, which omits only xl yl, below 2^-16 |x y|.
class Bf16 {
 public:
  using Unit = std::uint32_t;
  Bf16(const Bf16Kernel& kernel, bool three)
      : block(kernel.block), kernel_(kernel), parts_(three ? 2 : 1) {}

  static constexpr Index kDepthNumbers = 2 * kDepth;
  Index units(Index k) const { return round_up(ceil_div(k, 2), block.step); }
  Range units(Range k) const { return {k.begin / (2 * block.step) * block.step, units(k.end)}; }
  Index a_size(Index m) const { return parts_ * a_part(m); }
  Index b_size(Index k) const { return parts_ * units(k) * block.columns; }

  template <class A>
  void pack_a(const A& a, Index m0, Index m1, Index k0, Index k1, Unit* to) const {
    constexpr Index kRows = 16;  // at a time, so that rounded values are still in the nearest cache
    float* numbers = thread_scratch(kRows * 2 * kDepth, 2);
    const Index k = k1 - k0, padded = 2 * units(k), part = a_part(m1 - m0);
    for (Index m = m0; m < m1; m += kRows) {
      const Index end = std::min(m1, m + kRows);
      a(m, end, k0, k1, numbers, padded);
      for (Index row = m; row < end; ++row) {
        float* from = numbers + (row - m) * padded;
        std::fill(from + k, from + padded, 0.0F);
        Unit* high = to + (row - m0) * kRowStride;
        kernel_.narrow(padded / 2, from, high, parts_ == 2 ? high + part : nullptr);
      }
    }
  }
  template <class B>
  void pack_b(const B& b, Index k0, Index k1, Index n0, Index n1, Unit* to) const {
    const Index columns = block.columns, k = k1 - k0, padded = 2 * units(k);
    float* numbers = thread_scratch(2 * kDepth * columns, 3);
    b(k0, k1, n0, n1, numbers, columns);
    for (Index n = n1 - n0; n < columns; ++n)
      for (Index i = 0; i < k; ++i) numbers[i * columns + n] = 0;
    std::fill(numbers + k * columns, numbers + padded * columns, 0.0F);
    for (Index i = 0; i < padded; i += 2) {
      Unit* high = to + i / 2 * columns;
      kernel_.interleave(columns, numbers + i * columns, numbers + (i + 1) * columns, high,
                         parts_ == 2 ? high + padded / 2 * columns : nullptr);
    }
  }
  template <class B>
  void pack_panels(const B& b, Index k0, Index k1, Index n0, Index n1, Index distance,
                   Unit* to) const {
    pack_each_panel(*this, b, k0, k1, n0, n1, distance, to);
  }
  void multiply(int m, int n, Range k, Index depth, const Unit* a, Index a_rows, const Unit* b,
                Real* c, Index row_c, bool add) const {
    const Index units = k.end - k.begin;
    a += k.begin, b += k.begin * block.columns;
    block.multiply(m, n, units, a, b, c, row_c, add);
    if (parts_ == 1) return;
    block.multiply(m, n, units, a, b + depth * block.columns, c, row_c, true);
    block.multiply(m, n, units, a + a_part(a_rows), b, c, row_c, true);
  }

  const BlockKernel<std::uint32_t>& block;

 private:
  Index a_part(Index m) const { return round_up(m, block.rows) * kRowStride; }
  const Bf16Kernel& kernel_;
  Index parts_;
};
#endif

// Calls body(number) with the arithmetic chosen by precision() and the machine.
template <class Body>
void with_numbers(const Body& body) {
#ifndef KANTOR_DOUBLE
  const Bf16Kernel* bf16 = bf16_kernel(isa());
  if (bf16 != nullptr && precision() == Precision::medium) return body(Bf16(*bf16, false));
  if (bf16 != nullptr && precision() == Precision::high && bf16->fast_three)
    return body(Bf16(*bf16, true));
#endif
  body(Exact(*exact_kernel(isa())));
}

// The most rows in a block of a, so that it stays in the second-level cache, where it takes a
// quarter of a megabyte.
constexpr Index kTileRows = 224;
// Result blocks of a long sum have about this many rows and columns, whatever the kernel: this sets
// how often packed data is reused.
constexpr Index kBlockRows = 264, kBlockColumns = 256;

// The pieces that sums along k are cut into: as even as can be, and multiples of 16.
struct Pieces {
  Index k, count, each;
  Pieces(Index k, Index most)
      : k(k),
        count(std::max<Index>(1, ceil_div(k, most))),
        each(std::clamp<Index>(round_up(ceil_div(k, count), 16), 16, most)) {
    count = std::max<Index>(1, ceil_div(k, each));
  }
  Index begin(Index i) const { return i * each; }
  Index end(Index i) const { return std::min(k, (i + 1) * each); }
};

// Columns of b, packed, and which units of them are used.
template <class Unit>
struct Panel {
  const Unit* data;
  Range used;
};

// b packed completely, panel by panel, each piece by piece: for products with many rows of a.
template <class Numbers>
class PackedPanels {
 public:
  using Unit = typename Numbers::Unit;
  template <class B>
  PackedPanels(const Numbers& numbers, const Pieces& pieces, Index n, const B& b)
      : numbers_(numbers),
        pieces_(pieces),
        stride_(numbers.b_size(pieces.each)),
        memory_(ceil_div(n, numbers.block.columns) * pieces.count * stride_) {
    const Index columns = numbers.block.columns, blocks = ceil_div(n, columns) * pieces.count;
#pragma omp parallel for schedule(static) if (blocks > 4)
    for (Index i = 0; i < blocks; ++i) {
      const Index panel = i / pieces.count, piece = i % pieces.count;
      numbers.pack_b(b, pieces.begin(piece), pieces.end(piece), panel * columns,
                     std::min(n, (panel + 1) * columns), at(panel, piece));
    }
  }
  Panel<Unit> operator()(Index panel, Index piece) const {
    return {at(panel, piece), {0, numbers_.units(pieces_.end(piece) - pieces_.begin(piece))}};
  }

 private:
  static_assert(sizeof(Unit) == sizeof(Real));
  Unit* at(Index panel, Index piece) const {
    return reinterpret_cast<Unit*>(memory_.data()) + (panel * pieces_.count + piece) * stride_;
  }
  const Numbers& numbers_;
  const Pieces pieces_;
  Index stride_;
  Scratch memory_;
};

template <class Operand>
bool is_sparse(const Operand& operand) {
  if constexpr (requires { operand.sparse(); }) return operand.sparse();
  return false;
}
// The units of an operand's block, along k from k0, that are used: all unless it gives a range.
template <class Numbers, class Operand>
Range used_units(const Numbers& numbers, const Operand& operand, Index k0, Index k1, Index i0,
                 Index i1, Index j0, Index j1) {
  if constexpr (requires { operand.used(i0, i1, j0, j1); })
    if (operand.sparse()) {
      const Range k = operand.used(i0, i1, j0, j1);
      return numbers.units(Range{k.begin - k0, k.end - k0});
    }
  return {0, numbers.units(k1 - k0)};
}

// The address of a block of a matrix, and the distance between its rows.
struct Place {
  Real* data;
  Index row;
};

// A part of a product c = a b: rows, panels of columns, pieces of the sum.
struct Part {
  Range rows, panels, pieces;
};

// One part of c, which begins at its first row and the first column of its first panel.
// panel(p, s) gives the packed b.
template <class Numbers, class A, class Panels>
void multiply_blocks(const Numbers& numbers, const Pieces& pieces, const Part& part, Index n,
                     const A& a, const Panels& panel, bool sparse, const Place& c) {
  using Unit = typename Numbers::Unit;
  const Index columns = numbers.block.columns, rows = numbers.block.rows;
  const auto [m0, m1] = part.rows;
  auto* packed = reinterpret_cast<Unit*>(thread_scratch(numbers.a_size(m1 - m0), 0));
  if (sparse)  // the first piece of c may be left out
    for (Index m = 0; m < m1 - m0; ++m)
      std::fill_n(c.data + m * c.row,
                  std::min(part.panels.end * columns, n) - part.panels.begin * columns, Real(0));
  std::array<Range, kBlockRows / 4> used_rows;  // no kernel takes fewer than four at a time
  for (Index s = part.pieces.begin; s < part.pieces.end; ++s) {
    const Index k0 = pieces.begin(s), k1 = pieces.end(s), depth = numbers.units(k1 - k0);
    numbers.pack_a(a, m0, m1, k0, k1, packed);
    for (Index m = m0; m < m1; m += rows)
      used_rows[(m - m0) / rows] =
          used_units(numbers, a, k0, k1, m, std::min(m + rows, m1), k0, k1);
    for (Index p = part.panels.begin; p < part.panels.end; ++p) {
      const Panel<Unit> b = panel(p, s);
      const int width = static_cast<int>(std::min(columns, n - p * columns));
      for (Index m = m0; m < m1; m += rows) {
        const Range& in_a = used_rows[(m - m0) / rows];
        const Range k{std::max(in_a.begin, b.used.begin), std::min(in_a.end, b.used.end)};
        if (sparse && k.empty()) continue;
        numbers.multiply(static_cast<int>(std::min(rows, m1 - m)), width, k, depth,
                         packed + (m - m0) * kRowStride, m1 - m0, b.data,
                         c.data + (m - m0) * c.row + (p - part.panels.begin) * columns, c.row,
                         sparse || s > part.pieces.begin);
      }
    }
  }
}

// c = a b for a of many rows: the rows are shared between threads (and, where there are few, the
// panels too), b is packed once. `block(m0, m1, n0, n1)` gives the address of that part of c and
// the distance between its rows; `done(m0, m1, n0, n1)` is called when it is computed and still in
// cache.
template <class A, class B, class Block, class Done>
void multiply_by_rows(Index m, Index n, Index k, const A& a, const B& b, const Block& block,
                      const Done& done) {
  if (m == 0 || n == 0) return;
  with_numbers([&](const auto& numbers) {
    using Numbers = std::decay_t<decltype(numbers)>;
    const Pieces pieces(k, Numbers::kDepthNumbers);
    const PackedPanels<Numbers> packed(numbers, pieces, n, b);
    const Index rows = numbers.block.rows, columns = numbers.block.columns;
    const Index panels = ceil_div(n, columns), threads = omp_get_max_threads();
    const Index tile =
        std::clamp(round_up(ceil_div(m, 3 * threads), rows), rows, kTileRows / rows * rows);
    const Index tiles = ceil_div(m, tile);
    const Index group = ceil_div(panels, std::clamp<Index>(2 * threads / tiles, 1, panels));
    const Index groups = ceil_div(panels, group);
#pragma omp parallel for schedule(dynamic) if (tiles * groups > 1)
    for (Index task = 0; task < tiles * groups; ++task) {
      const Index m0 = task / groups * tile, m1 = std::min(m, m0 + tile);
      const Index p0 = task % groups * group, p1 = std::min(panels, p0 + group);
      const Index n0 = p0 * columns, n1 = std::min(n, p1 * columns);
      const Part part{{m0, m1}, {p0, p1}, {0, pieces.count}};
      multiply_blocks(numbers, pieces, part, n, a, packed, is_sparse(a), block(m0, m1, n0, n1));
      done(m0, m1, n0, n1);
    }
  });
}

// c [m, n] = a b for a long k (a weight gradient's): c is cut into blocks that stay in cache, each
// thread takes blocks and goes through all of k; where there are few blocks, k is cut as well, and
// the parts are added in order.
template <class A, class B>
void multiply_by_blocks(Index m, Index n, Index k, const A& a, const B& b, Real* c) {
  if (m == 0 || n == 0) return;
  if (k == 0) {  // a sum of nothing
    std::fill_n(c, m * n, Real(0));
    return;
  }
  with_numbers([&](const auto& numbers) {
    using Numbers = std::decay_t<decltype(numbers)>;
    using Unit = typename Numbers::Unit;
    const Pieces pieces(k, Numbers::kDepthNumbers);
    const Index rows = numbers.block.rows, columns = numbers.block.columns;
    const Index panels = ceil_div(n, columns);
    const Index most = ceil_div(kBlockRows, rows) * rows;
    const Index tile = round_up(ceil_div(m, ceil_div(m, most)), rows), tiles = ceil_div(m, tile);
    const Index group = ceil_div(panels, ceil_div(panels, kBlockColumns / columns)),
                groups = ceil_div(panels, group);
    constexpr Index kTasks = 16;
    const Index part = ceil_div(
        pieces.count, std::clamp<Index>(kTasks / (tiles * groups), 1, ceil_div(pieces.count, 4)));
    const Index parts = ceil_div(pieces.count, part);
    const Scratch others(m * n * (parts - 1));
#pragma omp parallel for schedule(dynamic) if (tiles * groups * parts > 1)
    for (Index task = 0; task < tiles * groups * parts; ++task) {
      const Index number = task % parts, place = task / parts;
      const Index m0 = place / groups * tile, m1 = std::min(m, m0 + tile);
      const Index p0 = place % groups * group, p1 = std::min(panels, p0 + group);
      Real* to = number == 0 ? c : others.data() + (number - 1) * m * n;
      constexpr Index kColumns = 64;  // packed together: whole lines of memory are read
      const Index together = std::max<Index>(1, kColumns / columns);
      const Index distance = numbers.b_size(Numbers::kDepthNumbers);
      auto* units = reinterpret_cast<Unit*>(thread_scratch(together * distance, 1));
      const B& right = b;  // clang takes no name from outside two lambdas and a parallel loop
      const auto panel = [&](Index p, Index s) {
        const Index k0 = pieces.begin(s), k1 = pieces.end(s);
        const Index n0 = p * columns, n1 = std::min(n, n0 + columns), turn = (p - p0) % together;
        if (turn == 0)
          numbers.pack_panels(right, k0, k1, n0, std::min({n, p1 * columns, n0 + kColumns}),
                              distance, units);
        return Panel<Unit>{units + turn * distance,
                           used_units(numbers, right, k0, k1, k0, k1, n0, n1)};
      };
      const Range sum{number * part, std::min(pieces.count, (number + 1) * part)};
      multiply_blocks(numbers, pieces, {{m0, m1}, {p0, p1}, sum}, n, a, panel, is_sparse(b),
                      {to + m0 * n + p0 * columns, n});
    }
    if (parts == 1) return;
#pragma omp parallel for schedule(static)
    for (Index i = 0; i < m * n; ++i)
      for (Index other = 0; other < parts - 1; ++other) c[i] += others.data()[other * m * n + i];
  });
}

}  // namespace engine::cpu
