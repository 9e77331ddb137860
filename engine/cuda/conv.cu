// The convolution form. In `high` and `medium`, tensor cores read the operands where they lie
// (implicit.h); else patches are gathered a tile at a time, each a cuBLAS product in NHWC. The
// transposed convolution is split into phases that use the same taps, each a dense convolution of
// y, so nothing is scattered or multiplied by zeros; phases that are alike are one batch of
// products. The weight gradient adds tile after tile.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "engine/algorithm.h"
#include "engine/cuda/backend.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/implicit.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/narrow.h"
#include "engine/cuda/patches.h"
#include "engine/device.h"
#include "engine/filtered_window.h"

namespace engine::cuda {
namespace {

// Elements of a tile of patches: what stays in the L2 cache between its kernel and its product.
// KANTOR_CUDA_TILE in the environment sets another size, in MiB.
Index tile_elements() {
  static const Index elements = [] {
    const char* text = std::getenv("KANTOR_CUDA_TILE");
    const Index mib = text ? std::strtol(text, nullptr, 10) : 0;
    return (mib > 0 ? mib : 16) * ((Index{1} << 20) / static_cast<Index>(sizeof(Real)));
  }();
  return elements;
}

// A tile: the lines [line, line + lines) of `images` images from `image` on.
struct Tile {
  Index image, images, line, lines;
};

struct Gather {
  Index size;  // items
  Divider channels, taps_w, taps_h, rows_w, lines, images, phases_w;
  Index pixel_channels;
  Index height, width, step_h, step_w, offset_h, offset_w, tap_h, tap_w, image, line;
  Index phase_offset_h, phase_offset_w;

  Gather(const Patches& p, const Tile& tile, int width_of_pack)
      : size(tile.images * tile.lines * p.line_length() / width_of_pack),
        channels(p.channels / width_of_pack),
        taps_w(p.w.taps),
        taps_h(p.h.taps),
        rows_w(p.w.rows),
        lines(tile.lines),
        images(tile.images),
        phases_w(p.w.phases),
        pixel_channels(p.channels),
        height(p.h.extent),
        width(p.w.extent),
        step_h(p.h.step),
        step_w(p.w.step),
        offset_h(p.h.offset),
        offset_w(p.w.offset),
        tap_h(p.h.tap),
        tap_w(p.w.tap),
        image(tile.image),
        line(tile.line),
        phase_offset_h(p.h.phase_offset),
        phase_offset_w(p.w.phase_offset) {}
};

template <int width>
__global__ void gather_patches_kernel(Gather g, const Real* x, Real* patches) {
  const Index i = thread_number();
  if (i >= g.size) return;
  std::uint32_t rest = static_cast<std::uint32_t>(i);
  const Index channel = g.channels.split(rest);
  const Index b = g.taps_w.split(rest), a = g.taps_h.split(rest), q = g.rows_w.split(rest);
  const Index p = g.line + g.lines.split(rest), n = g.image + g.images.split(rest);
  const Index phase_w = g.phases_w.split(rest), phase_h = rest;
  const Index h = p * g.step_h + g.offset_h + a * g.tap_h + phase_h * g.phase_offset_h;
  const Index w = q * g.step_w + g.offset_w + b * g.tap_w + phase_w * g.phase_offset_w;
  Pack<width> pack;
  if (h >= 0 && h < g.height && w >= 0 && w < g.width) {
    pack = load<width>(x + ((n * g.height + h) * g.width + w) * g.pixel_channels, channel);
  } else {
    for (int j = 0; j < width; ++j) pack.value[j] = 0;
  }
  store<width>(patches, i, pack);
}

// Calls body(tile, rows of patches) for the tiles of all rows, in order.
template <class Body>
void for_each_tile(const char* op, CudaBackend& backend, const Patches& p, const Real* x,
                   const Body& body) {
  const Index line = p.line_length(), image = p.h.rows * line;
  if (p.n == 0 || p.h.rows == 0 || p.w.rows == 0) return;
  const bool direct = p.is_image();
  const Index tile = tile_elements();
  check_elements(op, line);
  // Whole images if one fits, else some lines of one.
  const Index images =
      direct ? p.n : std::min(p.n, std::max<Index>(1, tile / std::max<Index>(1, image)));
  const Index lines =
      direct || image <= tile ? p.h.rows : std::max<Index>(1, tile / std::max<Index>(1, line));
  const Scratch scratch(backend.memory(), direct ? 0 : images * std::min(lines, p.h.rows) * line);
  for (Index n = 0; n < p.n; n += images)
    for (Index first = 0; first < p.h.rows; first += lines) {
      const Tile here{n, std::min(images, p.n - n), first, std::min(lines, p.h.rows - first)};
      if (direct) {
        body(here, x);
        continue;
      }
      if (p.channels % kPack == 0 && aligned(x)) {
        const Gather g(p, here, kPack);
        launch(op, backend.stream(), one_each(g.size), &gather_patches_kernel<kPack>, g, x,
               scratch.data());
      } else {
        const Gather g(p, here, 1);
        launch(op, backend.stream(), one_each(g.size), &gather_patches_kernel<1>, g, x,
               scratch.data());
      }
      body(here, scratch.data());
    }
}

// The number of the first row of a tile, and how many it has.
Index first_row(const Patches& p, const Tile& tile) {
  return (tile.image * p.h.rows + tile.line) * p.w.rows;
}
Index row_count(const Patches& p, const Tile& tile) { return tile.images * tile.lines * p.w.rows; }

// Whether no patches are needed, and none are wanted: KANTOR_CUDA_CONV=patches in the environment
// keeps them, to compare.
bool implicit(const Window& c) {
  static const bool wanted = [] {
    const char* text = std::getenv("KANTOR_CUDA_CONV");
    return !text || std::string_view(text) != "patches";
  }();
  const Index pixels = c.n * std::max(c.height * c.width, c.out_height * c.out_width),
              taps = c.kernel_h * c.kernel_w * std::max(c.in, c.out);
  return wanted && precision() != Precision::highest && !forward_patches(c).is_image() &&
         pixels > 0 && c.out_height * c.out_width > 0 && c.in * c.out > 0 && taps > 0 &&
         std::max(pixels, taps) <= kMostElements;
}

// Whether every slot uses tensor cores. Filters come first, but chosen automatically they serve the
// precision `highest`, which implicit() excludes.
bool always_implicit(const Window& c) { return algorithm() != Algorithm::filtered && implicit(c); }

// Whether this convolution reads its operands as they are.
bool reads(Slot want, const Window& c, const Operand& x, const Operand& w, const Operand& y) {
  const auto as_is = [&](Slot slot, const Operand& operand, Index channels) {
    return slot == want || !operand.narrow ||
           (precision() == Precision::medium && always_implicit(c) && in_packs(operand, channels));
  };
  return as_is(Slot::X, x, c.in) && as_is(Slot::Y, y, c.out) && (want == Slot::W || !w.narrow);
}

// The operands of a convolution as Reals, and its result as it is.
struct WithReals {
  const Widened wide_x, wide_w, wide_y;
  const Operand x, w, y;

  WithReals(CudaBackend& backend, Slot want, const Window& c, const Operand& x, const Operand& w,
            const Operand& y)
      : wide_x(backend, want == Slot::X ? Operand() : x, c.n * c.height * c.width * c.in),
        wide_w(backend, want == Slot::W ? Operand() : w, c.out * c.kernel_h * c.kernel_w * c.in),
        wide_y(backend, want == Slot::Y ? Operand() : y, c.n * c.out_height * c.out_width * c.out),
        x(want == Slot::X ? x : wide_x.data()),
        w(want == Slot::W ? w : wide_w.data()),
        y(want == Slot::Y ? y : wide_y.data()) {}
};

}  // namespace

// Y [rows, out] = patches [rows, k] W^T.
void CudaBackend::conv_forward(const Window& window, const Operand& x, const Real* w,
                               const Operand& y, const Epilogue& epilogue) {
  if (implicit(window)) return implicit_forward(*this, window, x, w, y, epilogue);
  const Patches patches = forward_patches(window);
  const Index k = patches.row_length(), out = window.out;
  if (out == 0) return;
  if (k == 0) return fill(y.wide, window.n * window.out_height * window.out_width * out, 0);
  for_each_tile("conv2d", *this, patches, x.wide, [&](const Tile& tile, const Real* rows) {
    product("conv2d", false, true, row_count(patches, tile), out, k, rows, w, 0,
            y.wide + first_row(patches, tile) * out);
  });
}

// W [out, k] = the sum of Y^T patches over the tiles.
void CudaBackend::conv_weight(const Window& window, const Operand& x, Real* w, const Operand& y) {
  if (implicit(window)) return implicit_weight(*this, window, x, w, y);
  const Patches patches = forward_patches(window);
  const Index k = patches.row_length(), out = window.out;
  if (out * k == 0) return;
  if (window.n == 0) return fill(w, out * k, 0);
  Real before = 0;
  for_each_tile("conv2d_weight_grad", *this, patches, x.wide,
                [&](const Tile& tile, const Real* rows) {
                  product("conv2d_weight_grad", true, false, out, k, row_count(patches, tile),
                          y.wide + first_row(patches, tile) * out, rows, before, w);
                  before = 1;
                });
}

void CudaBackend::conv_transpose(const Window& c, const Operand& x, const Real* w, const Operand& y,
                                 const Epilogue& epilogue) {
  const char* op = "conv2d_transpose";
  const Index in = c.in, size = c.n * c.height * c.width * in;
  if (size == 0) return;
  const bool dense = c.stride_h == 1 && c.stride_w == 1;
  const std::vector<Phase> phases_h =
      phases_of_axis(c.height, c.out_height, c.kernel_h, c.stride_h, c.dilation_h, c.top);
  const std::vector<Phase> phases_w =
      phases_of_axis(c.width, c.out_width, c.kernel_w, c.stride_w, c.dilation_w, c.left);
  bool gaps = c.out == 0;  // pixels that no tap reads
  for (const Phase& phase : phases_h) gaps = gaps || phase.taps == 0;
  for (const Phase& phase : phases_w) gaps = gaps || phase.taps == 0;
  if (gaps) fill(x.wide, size, 0);
  for (const Phase& h : phases_h)
    for (const Phase& v : phases_w) {
      const Patches patches{c.n, c.out, h.axis, v.axis};
      const Index k = patches.row_length(), together = patches.phases();
      // Pixels of x from `line` of these phases on, as a strided array
      // [phases, phases, images, lines, columns, in].
      const auto pixels = [&](Index image, Index line) {
        return x.wide + ((image * c.height + h.first + line * c.stride_h) * c.width + v.first) * in;
      };
      if (k == 0) continue;
      if (implicit(c)) {
        implicit_transpose(*this, c, h, v, x, w, y, epilogue);
        continue;
      }
      // The weights of these taps as matrices [taps * out, in], one a phase.
      const Scratch packed(memory_, together * k * in);
      const Index row = c.kernel_w * in, matrix = k * in;
      copy({.extents = {h.axis.phases, v.axis.phases, h.taps, v.taps, c.out, in},
            .x = {h.tap_shift * row, v.tap_shift * in, h.tap_step * row, v.tap_step * in,
                  c.kernel_h * row, 1},
            .y = {v.axis.phases * matrix, matrix, v.taps * c.out * in, c.out * in, in, 1}},
           w + h.tap * row + v.tap * in, packed.data());
      for_each_tile(op, *this, patches, y.wide, [&](const Tile& tile, const Real* rows) {
        const Index count = row_count(patches, tile);
        if (dense)
          return product(op, false, false, count, in, k, rows, packed.data(), 0,
                         x.wide + first_row(patches, tile) * in);
        const Scratch result(memory_, together * count * in);
        product(op, false, false, count, in, k, rows, packed.data(), 0, result.data(), together);
        const Index columns = v.count * in, one = count * in;
        copy({.extents = {h.axis.phases, v.axis.phases, tile.images, tile.lines, v.count, in},
              .x = {v.axis.phases * one, one, tile.lines * columns, columns, in, 1},
              .y = {c.width * in, in, c.height * c.width * in, c.stride_h * c.width * in,
                    c.stride_w * in, 1}},
             result.data(), pixels(tile.image, tile.line));
      });
    }
}

void CudaBackend::conv(Slot want, const Window& window, const Operand& x, const Operand& w,
                       const Operand& y) {
  if (!reads(want, window, x, w, y)) {
    const WithReals of(*this, want, window, x, w, y);
    return conv(want, window, of.x, of.w, of.y);
  }
  switch (want) {
    case Slot::Y:
      if (const auto f = filtering(window)) return filtered("conv2d", *f, x.wide, w.wide, y.wide);
      return conv_forward(window, x, w.wide, y, {});
    case Slot::W:
      if (const auto f = filtering(window))
        return filtered_weights("conv2d_weight_grad", *f, x.wide, w.wide, y.wide);
      return conv_weight(window, x, w.wide, y);
    case Slot::X:
      if (const auto phases = filtering_of_phases(window); !phases.empty()) {
        for (const Filtering& f : phases) filtered("conv2d_transpose", f, y.wide, w.wide, x.wide);
        return;
      }
      return conv_transpose(window, x, w.wide, y, {});
  }
}

// Not where pixels stay that no tap reads: they get the bias alone.
bool CudaBackend::has_epilogue(Slot want, const Window& window) const {
  const bool every_pixel = window.kernel_h >= window.stride_h &&
                           window.kernel_w >= window.stride_w && !is_dilated(window);
  return always_implicit(window) && (want == Slot::Y || every_pixel);
}

void CudaBackend::conv_bias(Slot want, const Window& window, const Operand& x, const Operand& w,
                            const Operand& y, Activation kind, Real slope, const Real* bias) {
  if (!has_epilogue(want, window))
    return Backend::conv_bias(want, window, x, w, y, kind, slope, bias);
  if (!reads(want, window, x, w, y)) {
    const WithReals of(*this, want, window, x, w, y);
    return conv_bias(want, window, of.x, of.w, of.y, kind, slope, bias);
  }
  note_direct();
  const Epilogue epilogue{bias, kind, slope};
  want == Slot::Y ? conv_forward(window, x, w.wide, y, epilogue)
                  : conv_transpose(window, x, w.wide, y, epilogue);
}

}  // namespace engine::cuda
