// Pooling: each image in parallel, window by window. Sums of several numbers are taken in double.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "engine/cpu/backend.h"
#include "engine/cpu/parallel.h"
#include "engine/cpu/scratch.h"

namespace engine::cpu {
namespace {

// The part of a window that lies inside the image, and where.
struct Inside {
  Index top, bottom, left, right;  // image pixels [top, bottom) x [left, right)
  Index count() const { return (bottom - top) * (right - left); }
};

Inside inside(const Window& w, Index p, Index q) {
  const Index h = p * w.stride_h - w.top, v = q * w.stride_w - w.left;
  return {std::max<Index>(h, 0), std::min(h + w.kernel_h, w.height), std::max<Index>(v, 0),
          std::min(v + w.kernel_w, w.width)};
}

// The number of pixels that a window's average is divided by.
double divisor(const Window& w, const Inside& part, bool count_padding) {
  return static_cast<double>(count_padding ? w.kernel_h * w.kernel_w : part.count());
}

// Calls body(small element, window) for every window of image n.
template <class Body>
void for_each_window(const Window& w, Index n, const Body& body) {
  for (Index p = 0; p < w.out_height; ++p)
    for (Index q = 0; q < w.out_width; ++q)
      body(((n * w.out_height + p) * w.out_width + q) * w.in, inside(w, p, q));
}

// Calls body(number of the pixel in its image) for the pixels of a window.
template <class Body>
void for_each_pixel(const Window& w, const Inside& part, const Body& body) {
  for (Index h = part.top; h < part.bottom; ++h)
    for (Index v = part.left; v < part.right; ++v) body(h * w.width + v);
}

constexpr Index kBlock = 64;  // channels whose sums or maxima are kept at a time

// The position of the maximum of some channels in a window: the first of equals, or the first NaN.
// Pixels are counted from the image's first, in integers as wide as the values: one vector each.
struct Maxima {
  using Pixel = std::conditional_t<sizeof(Real) == 4, std::int32_t, std::int64_t>;
  std::array<Real, kBlock> largest;
  std::array<Pixel, kBlock> pixel;

  Maxima(const Window& w, const Inside& part, const Real* image, Index channels) {
    const Index start = part.top * w.width + part.left;
    std::copy_n(image + start * w.in, channels, largest.begin());
    std::fill_n(pixel.begin(), channels, static_cast<Pixel>(start));
    for_each_pixel(w, part, [&](Index number) {
      const Real* values = image + number * w.in;
      for (Index c = 0; c < channels; ++c) {
        const bool more =
            values[c] > largest[c] || (values[c] != values[c]) > (largest[c] != largest[c]);
        pixel[c] = more ? static_cast<Pixel>(number) : pixel[c];
        largest[c] = more ? values[c] : largest[c];
      }
    });
  }
};

// The value in `from` at the position where x is largest.
void pick(const Window& w, const Inside& part, const Real* x, const Real* from, Real* small) {
  for (Index first = 0; first < w.in; first += kBlock) {
    const Index channels = std::min(kBlock, w.in - first);
    const Maxima at(w, part, x + first, channels);
    for (Index c = 0; c < channels; ++c) small[first + c] = from[at.pixel[c] * w.in + first + c];
  }
}

// The channels that fit into a register.
using PooledLanes __attribute__((vector_size(32))) = Real;

// The maxima of `kCount` Numbers' channels of a window, kept in registers. Without positions,
// otherwise like Maxima.
template <class Number, int kCount>
void largest_of(const Window& w, const Inside& part, const Real* image, Real* small) {
  constexpr Index kEach = sizeof(Number) / sizeof(Real);
  const auto load = [](const Real* from) {
    Number x;
    std::memcpy(&x, from, sizeof x);
    return x;
  };
  Number most[kCount];
  const Real* start = image + (part.top * w.width + part.left) * w.in;
#pragma GCC unroll 4
  for (int i = 0; i < kCount; ++i) most[i] = load(start + i * kEach);
  for_each_pixel(w, part, [&](Index pixel) {
    const Real* from = image + pixel * w.in;
#pragma GCC unroll 4
    for (int i = 0; i < kCount; ++i) {
      const Number x = load(from + i * kEach);
      most[i] = ((x <= most[i]) | (most[i] != most[i])) ? most[i] : x;
    }
  });
  std::memcpy(small, most, sizeof most);
}

void largest(const Window& w, const Inside& part, const Real* image, Real* small) {
  constexpr Index kLanes = sizeof(PooledLanes) / sizeof(Real), kTogether = 4;
  Index c = 0;
  for (; c + kTogether * kLanes <= w.in; c += kTogether * kLanes)
    largest_of<PooledLanes, kTogether>(w, part, image + c, small + c);
  for (; c + kLanes <= w.in; c += kLanes) largest_of<PooledLanes, 1>(w, part, image + c, small + c);
  for (; c < w.in; ++c) largest_of<Real, 1>(w, part, image + c, small + c);
}

void average(const Window& w, const Inside& part, double count, const Real* image, Real* small) {
  const double share = 1 / count;
  for (Index first = 0; first < w.in; first += kBlock) {
    const Index channels = std::min(kBlock, w.in - first);
    std::array<double, kBlock> sums;
    std::fill_n(sums.begin(), channels, 0.0);
    for_each_pixel(w, part, [&](Index pixel) {
      const Real* from = image + pixel * w.in + first;
      for (Index c = 0; c < channels; ++c) sums[c] += from[c];
    });
    for (Index c = 0; c < channels; ++c) small[first + c] = static_cast<Real>(sums[c] * share);
  }
}

// Some channels of an image: `sums` of the first of them, `stride` numbers per pixel.
template <class Number>
struct Part {
  Index image, first, channels;
  Number* sums;
  Index stride;
};

// Adds the cotangents of an image's windows to its pixels.
template <class Number>
void add_windows(PoolMode mode, const Window& w, bool count_padding, const Part<Number>& to,
                 const Real* x, const Real* small) {
  for_each_window(w, to.image, [&](Index element, const Inside& part) {
    const Real* from = small + element + to.first;
    if (mode == PoolMode::put) {
      const Real* image = x + to.image * w.height * w.width * w.in + to.first;
      for (Index first = 0; first < to.channels; first += kBlock) {
        const Index channels = std::min(kBlock, to.channels - first);
        const Maxima at(w, part, image + first, channels);
        for_each_pixel(w, part, [&](Index pixel) {
          Number* sums = to.sums + pixel * to.stride + first;
          for (Index c = 0; c < channels; ++c)
            sums[c] += at.pixel[c] == pixel ? Number{from[first + c]} : Number{0};
        });
      }
      return;
    }
    const Number share = static_cast<Number>(1 / divisor(w, part, count_padding));
    for_each_pixel(w, part, [&](Index pixel) {
      Number* sums = to.sums + pixel * to.stride;
      for (Index c = 0; c < to.channels; ++c) sums[c] += share * from[c];
    });
  });
}

// Where windows overlap, their cotangents are summed in double.
void adjoint_of_overlapping(PoolMode mode, const Window& w, bool count_padding, Index n,
                            const Real* x, Real* large, const Real* small) {
  const Index pixels = w.height * w.width, most = std::min(kBlock, w.in);
  constexpr Index width = sizeof(double) / sizeof(Real);
  auto* sums = reinterpret_cast<double*>(thread_scratch(pixels * most * width, 0));
  for (Index first = 0; first < w.in; first += kBlock) {
    const Index channels = std::min(kBlock, w.in - first);
    std::fill_n(sums, pixels * channels, 0.0);
    add_windows<double>(mode, w, count_padding, {n, first, channels, sums, channels}, x, small);
    for (Index pixel = 0; pixel < pixels; ++pixel)
      for (Index c = 0; c < channels; ++c)
        large[(n * pixels + pixel) * w.in + first + c] =
            static_cast<Real>(sums[pixel * channels + c]);
  }
}

}  // namespace

void CpuBackend::pool(PoolMode mode, const Window& w, bool count_padding, const Real* x,
                      Real* large, Real* small) {
  const bool adjoint = mode == PoolMode::spread || mode == PoolMode::put;
  const bool overlap = w.stride_h < w.kernel_h || w.stride_w < w.kernel_w;
  const Index image_size = w.height * w.width * w.in;
  if (adjoint && !overlap) fill(large, w.n * image_size, 0);
  parallel_for(w.n, 1, [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n) {
      Real* image = large + n * image_size;
      if (adjoint && overlap) {
        adjoint_of_overlapping(mode, w, count_padding, n, x, large, small);
      } else if (adjoint) {
        add_windows<Real>(mode, w, count_padding, {n, 0, w.in, image, w.in}, x, small);
      } else {
        for_each_window(w, n, [&](Index element, const Inside& part) {
          if (mode == PoolMode::average)
            average(w, part, divisor(w, part, count_padding), image, small + element);
          else if (x == large)
            largest(w, part, image, small + element);
          else
            pick(w, part, x + n * image_size, image, small + element);
        });
      }
    }
  });
}

}  // namespace engine::cpu
