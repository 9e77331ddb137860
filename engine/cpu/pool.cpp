// Pooling: each image in parallel, window by window; the adjoints add into a zeroed image.
#include <algorithm>

#include "engine/cpu/backend.h"
#include "engine/cpu/parallel.h"

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

// Calls body(image's first element, small element, window) for every window of every image.
template <class Body>
void for_each_window(const Window& w, const Body& body) {
  parallel_for(w.n, 1, [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n)
      for (Index p = 0; p < w.out_height; ++p)
        for (Index q = 0; q < w.out_width; ++q)
          body(n * w.height * w.width * w.in, ((n * w.out_height + p) * w.out_width + q) * w.in,
               inside(w, p, q));
  });
}

// Calls body(pixel offset) for the pixels of a window.
template <class Body>
void for_each_pixel(const Window& w, const Inside& part, const Body& body) {
  for (Index h = part.top; h < part.bottom; ++h)
    for (Index v = part.left; v < part.right; ++v) body((h * w.width + v) * w.in);
}

Index argmax(const Window& w, const Inside& part, const Real* x, Index channel) {
  Index best = (part.top * w.width + part.left) * w.in + channel;
  for_each_pixel(w, part, [&](Index pixel) {
    if (x[pixel + channel] > x[best]) best = pixel + channel;
  });
  return best;
}

}  // namespace

void CpuBackend::pool(PoolMode mode, const Window& w, bool count_padding, const Real* x,
                      Real* large, Real* small) {
  const Index window_size = w.kernel_h * w.kernel_w;
  if (mode == PoolMode::spread || mode == PoolMode::put)
    fill(large, w.n * w.height * w.width * w.in, 0);
  for_each_window(w, [&](Index image, Index element, const Inside& part) {
    const Real share = Real(1) / static_cast<Real>(count_padding ? window_size : part.count());
    Real *to_large = large + image, *to_small = small + element;
    switch (mode) {
      case PoolMode::average:
        std::fill_n(to_small, w.in, Real(0));
        for_each_pixel(w, part, [&](Index pixel) {
          for (Index c = 0; c < w.in; ++c) to_small[c] += to_large[pixel + c];
        });
        for (Index c = 0; c < w.in; ++c) to_small[c] *= share;
        break;
      case PoolMode::spread:
        for_each_pixel(w, part, [&](Index pixel) {
          for (Index c = 0; c < w.in; ++c) to_large[pixel + c] += share * to_small[c];
        });
        break;
      case PoolMode::pick:
        for (Index c = 0; c < w.in; ++c) to_small[c] = to_large[argmax(w, part, x + image, c)];
        break;
      case PoolMode::put:
        for (Index c = 0; c < w.in; ++c) to_large[argmax(w, part, x + image, c)] += to_small[c];
        break;
    }
  });
}

}  // namespace engine::cpu
