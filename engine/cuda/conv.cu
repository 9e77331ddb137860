// The convolution form: patches gathered a tile at a time, each a cuBLAS product in NHWC. The
// transposed convolution is split into phases that use the same taps, each a dense convolution of
// y, so nothing is scattered or multiplied by zeros. The weight gradient adds tile after tile.
#include <algorithm>

#include "engine/cuda/backend.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/patches.h"

namespace engine::cuda {
namespace {

constexpr Index kTile = Index{1} << 24;  // elements of a tile of patches

// A tile: the lines [line, line + lines) of `images` images from `image` on.
struct Tile {
  Index image, images, line, lines;
};

struct Gather {
  Index size;  // items
  Divider channels, taps_w, taps_h, rows_w, lines;
  Index pixel_channels;
  Index height, width, step_h, step_w, offset_h, offset_w, tap_h, tap_w, image, line;

  Gather(const Patches& p, const Tile& tile, int width_of_pack)
      : size(tile.images * tile.lines * p.line_length() / width_of_pack),
        channels(p.channels / width_of_pack),
        taps_w(p.w.taps),
        taps_h(p.h.taps),
        rows_w(p.w.rows),
        lines(tile.lines),
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
        line(tile.line) {}
};

template <int width>
__global__ void gather_patches_kernel(Gather g, const Real* x, Real* patches) {
  const Index i = thread_number();
  if (i >= g.size) return;
  std::uint32_t rest = static_cast<std::uint32_t>(i);
  const Index channel = g.channels.split(rest);
  const Index b = g.taps_w.split(rest), a = g.taps_h.split(rest), q = g.rows_w.split(rest);
  const Index p = g.line + g.lines.split(rest), n = g.image + rest;
  const Index h = p * g.step_h + g.offset_h + a * g.tap_h;
  const Index w = q * g.step_w + g.offset_w + b * g.tap_w;
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
  check_elements(op, line);
  // Whole images if one fits, else some lines of one.
  const Index images =
      direct ? p.n : std::min(p.n, std::max<Index>(1, kTile / std::max<Index>(1, image)));
  const Index lines =
      direct || image <= kTile ? p.h.rows : std::max<Index>(1, kTile / std::max<Index>(1, line));
  const Scratch scratch(backend.memory(), direct ? 0 : images * std::min(lines, p.h.rows) * line);
  for (Index n = 0; n < p.n; n += images)
    for (Index first = 0; first < p.h.rows; first += lines) {
      const Tile tile{n, std::min(images, p.n - n), first, std::min(lines, p.h.rows - first)};
      if (direct) {
        body(tile, x);
        continue;
      }
      if (p.channels % kPack == 0 && aligned(x)) {
        const Gather g(p, tile, kPack);
        launch(op, backend.stream(), one_each(g.size), &gather_patches_kernel<kPack>, g, x,
               scratch.data());
      } else {
        const Gather g(p, tile, 1);
        launch(op, backend.stream(), one_each(g.size), &gather_patches_kernel<1>, g, x,
               scratch.data());
      }
      body(tile, scratch.data());
    }
}

// The number of the first row of a tile, and how many it has.
Index first_row(const Patches& p, const Tile& tile) {
  return (tile.image * p.h.rows + tile.line) * p.w.rows;
}
Index row_count(const Patches& p, const Tile& tile) { return tile.images * tile.lines * p.w.rows; }

}  // namespace

// Y [rows, out] = patches [rows, k] W^T.
void CudaBackend::conv_forward(const Window& window, const Real* x, const Real* w, Real* y) {
  const Patches patches = forward_patches(window);
  const Index k = patches.row_length(), out = window.out;
  if (out == 0) return;
  if (k == 0) return fill(y, window.n * window.out_height * window.out_width * out, 0);
  for_each_tile("conv2d", *this, patches, x, [&](const Tile& tile, const Real* rows) {
    product("conv2d", false, true, row_count(patches, tile), out, k, rows, w, 0,
            y + first_row(patches, tile) * out);
  });
}

// W [out, k] = the sum of Y^T patches over the tiles.
void CudaBackend::conv_weight(const Window& window, const Real* x, Real* w, const Real* y) {
  const Patches patches = forward_patches(window);
  const Index k = patches.row_length(), out = window.out;
  if (out * k == 0) return;
  if (window.n == 0) return fill(w, out * k, 0);
  Real before = 0;
  for_each_tile("conv2d_weight_grad", *this, patches, x, [&](const Tile& tile, const Real* rows) {
    product("conv2d_weight_grad", true, false, out, k, row_count(patches, tile),
            y + first_row(patches, tile) * out, rows, before, w);
    before = 1;
  });
}

void CudaBackend::conv_transpose(const Window& c, Real* x, const Real* w, const Real* y) {
  const char* op = "conv2d_transpose";
  const Index in = c.in, size = c.n * c.height * c.width * in;
  if (size == 0) return;
  const bool dense = c.stride_h == 1 && c.stride_w == 1;
  const auto phase_h = [&](Index i) {
    return phase_of_axis(i, c.height, c.out_height, c.kernel_h, c.stride_h, c.dilation_h, c.top);
  };
  const auto phase_w = [&](Index j) {
    return phase_of_axis(j, c.width, c.out_width, c.kernel_w, c.stride_w, c.dilation_w, c.left);
  };
  const Index phases_h = std::min(c.stride_h, c.height), phases_w = std::min(c.stride_w, c.width);
  bool gaps = c.out == 0;  // pixels that no tap reads
  for (Index i = 0; i < phases_h; ++i) gaps = gaps || phase_h(i).taps == 0;
  for (Index j = 0; j < phases_w; ++j) gaps = gaps || phase_w(j).taps == 0;
  if (gaps) fill(x, size, 0);
  for (Index i = 0; i < phases_h; ++i)
    for (Index j = 0; j < phases_w; ++j) {
      const Phase h = phase_h(i), v = phase_w(j);
      const Patches patches{c.n, c.out, h.axis, v.axis};
      const Index k = patches.row_length();
      // Pixels of x from `line` of this phase on, as a strided array [images, lines, columns, in].
      const auto pixels = [&](Index image, Index line) {
        return x + ((image * c.height + h.first + line * c.stride_h) * c.width + v.first) * in;
      };
      if (k == 0) continue;
      // The weights of these taps as a matrix [taps * out, in].
      const Scratch packed(memory_, k * in);
      const Index row = c.kernel_w * in;
      copy({.extents = {h.taps, v.taps, c.out, in},
            .x = {h.tap_step * row, v.tap_step * in, c.kernel_h * row, 1},
            .y = {v.taps * c.out * in, c.out * in, in, 1}},
           w + h.tap * row + v.tap * in, packed.data());
      for_each_tile(op, *this, patches, y, [&](const Tile& tile, const Real* rows) {
        const Index count = row_count(patches, tile);
        if (dense)
          return product(op, false, false, count, in, k, rows, packed.data(), 0,
                         x + first_row(patches, tile) * in);
        const Scratch result(memory_, count * in);
        product(op, false, false, count, in, k, rows, packed.data(), 0, result.data());
        const Index columns = v.count * in;
        copy({.extents = {tile.images, tile.lines, v.count, in},
              .x = {tile.lines * columns, columns, in, 1},
              .y = {c.height * c.width * in, c.stride_h * c.width * in, c.stride_w * in, 1}},
             result.data(), pixels(tile.image, tile.line));
      });
    }
}

void CudaBackend::conv(Slot want, const Window& window, Real* x, Real* w, Real* y) {
  switch (want) {
    case Slot::Y:
      if (const auto f = filtering(window)) return filtered("conv2d", *f, x, w, y);
      return conv_forward(window, x, w, y);
    case Slot::W:
      if (const auto f = filtering(window))
        return filtered_weights("conv2d_weight_grad", *f, x, w, y);
      return conv_weight(window, x, w, y);
    case Slot::X:
      if (const auto phases = filtering_of_phases(window); !phases.empty()) {
        for (const Filtering& f : phases) filtered("conv2d_transpose", f, y, w, x);
        return;
      }
      return conv_transpose(window, x, w, y);
  }
}

}  // namespace engine::cuda
