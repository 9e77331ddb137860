// Pooling: one thread per element of the result. The adjoints gather: a pixel visits the windows
// that contain it, in order, so nothing is written twice.
#include "engine/cuda/backend.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/launch.h"

namespace engine::cuda {
namespace {

// The extents of a Window, and the mapping from thread indices to positions.
struct Pooling {
  int height, width, out_height, out_width, kernel_h, kernel_w, stride_h, stride_w, top, left;
  Divider channels, columns, lines;  // of the image whose elements are numbered
  bool count_padding;

  Pooling(const Window& w, bool by_small, bool count_padding)
      : height(static_cast<int>(w.height)),
        width(static_cast<int>(w.width)),
        out_height(static_cast<int>(w.out_height)),
        out_width(static_cast<int>(w.out_width)),
        kernel_h(static_cast<int>(w.kernel_h)),
        kernel_w(static_cast<int>(w.kernel_w)),
        stride_h(static_cast<int>(w.stride_h)),
        stride_w(static_cast<int>(w.stride_w)),
        top(static_cast<int>(w.top)),
        left(static_cast<int>(w.left)),
        channels(w.in),
        columns(by_small ? w.out_width : w.width),
        lines(by_small ? w.out_height : w.height),
        count_padding(count_padding) {}

  struct Place {
    int image, h, w, channel;
  };
  __device__ Place place(Index element) const {
    std::uint32_t rest = static_cast<std::uint32_t>(element);
    const int channel = static_cast<int>(channels.split(rest));
    const int w = static_cast<int>(columns.split(rest)), h = static_cast<int>(lines.split(rest));
    return {static_cast<int>(rest), h, w, channel};
  }
  __device__ Index large(int image, int h, int w, int channel) const {
    return ((static_cast<Index>(image) * height + h) * width + w) * channels.divisor + channel;
  }
  __device__ Index small(int image, int p, int q, int channel) const {
    return ((static_cast<Index>(image) * out_height + p) * out_width + q) * channels.divisor +
           channel;
  }

  // The part of window (p, q) that lies inside the image.
  struct Inside {
    int top, bottom, left, right;
  };
  __device__ Inside inside(int p, int q) const {
    const int h = p * stride_h - top, w = q * stride_w - left;
    return {h > 0 ? h : 0, h + kernel_h < height ? h + kernel_h : height, w > 0 ? w : 0,
            w + kernel_w < width ? w + kernel_w : width};
  }
  __device__ Real share(const Inside& in) const {
    const int part = (in.bottom - in.top) * (in.right - in.left);
    return static_cast<Real>(1) / static_cast<Real>(count_padding ? kernel_h * kernel_w : part);
  }
  // The position in x of a window's largest element; the first of several.
  __device__ Index argmax(const Real* x, int image, const Inside& in, int channel) const {
    Index best = large(image, in.top, in.left, channel);
    for (int h = in.top; h < in.bottom; ++h)
      for (int w = in.left; w < in.right; ++w) {
        const Index here = large(image, h, w, channel);
        if (x[here] > x[best]) best = here;
      }
    return best;
  }

  // The windows [first, last] along one axis that a pixel lies in.
  __device__ static int first_window(int pixel, int before, int kernel, int stride) {
    const int distance = pixel + before - kernel + stride;  // of the last window without it, plus 1
    return distance < 0 ? 0 : distance / stride;
  }
  __device__ static int last_window(int pixel, int before, int stride, int count) {
    const int last = (pixel + before) / stride;
    return last < count ? last : count - 1;
  }
};

__global__ void average_kernel(Pooling pool, Index size, const Real* large, Real* small) {
  const Index i = thread_number();
  if (i >= size) return;
  const Pooling::Place at = pool.place(i);
  const Pooling::Inside in = pool.inside(at.h, at.w);
  Real sum = 0;
  for (int h = in.top; h < in.bottom; ++h)
    for (int w = in.left; w < in.right; ++w) sum += large[pool.large(at.image, h, w, at.channel)];
  small[i] = sum * pool.share(in);
}

__global__ void pick_kernel(Pooling pool, Index size, const Real* x, const Real* large,
                            Real* small) {
  const Index i = thread_number();
  if (i >= size) return;
  const Pooling::Place at = pool.place(i);
  small[i] = large[pool.argmax(x, at.image, pool.inside(at.h, at.w), at.channel)];
}

// Spreads or, where `x` says which pixel of a window gets it, puts.
template <bool put>
__global__ void adjoint_kernel(Pooling pool, Index size, const Real* x, Real* large,
                               const Real* small) {
  const Index i = thread_number();
  if (i >= size) return;
  const Pooling::Place at = pool.place(i);
  const int last_p = Pooling::last_window(at.h, pool.top, pool.stride_h, pool.out_height);
  const int last_q = Pooling::last_window(at.w, pool.left, pool.stride_w, pool.out_width);
  Real sum = 0;
  for (int p = Pooling::first_window(at.h, pool.top, pool.kernel_h, pool.stride_h); p <= last_p;
       ++p)
    for (int q = Pooling::first_window(at.w, pool.left, pool.kernel_w, pool.stride_w); q <= last_q;
         ++q) {
      const Pooling::Inside in = pool.inside(p, q);
      const Real value = small[pool.small(at.image, p, q, at.channel)];
      if (!put) {
        sum += pool.share(in) * value;
      } else if (pool.argmax(x, at.image, in, at.channel) == i) {
        sum += value;
      }
    }
  large[i] = sum;
}

}  // namespace

void CudaBackend::pool(PoolMode mode, const Window& w, bool count_padding, const Real* x,
                       Real* large, Real* small) {
  const bool by_small = mode == PoolMode::average || mode == PoolMode::pick;
  const Index size = w.n * w.in * (by_small ? w.out_height * w.out_width : w.height * w.width);
  if (size == 0) return;
  check_elements("pool", size);
  const Pooling pooling(w, by_small, count_padding);
  switch (mode) {
    case PoolMode::average:
      return launch("average_pool", stream_, one_each(size), &average_kernel, pooling, size, large,
                    small);
    case PoolMode::pick:
      return launch("max_pool", stream_, one_each(size), &pick_kernel, pooling, size, x, large,
                    small);
    case PoolMode::spread:
      return launch("average_pool", stream_, one_each(size), &adjoint_kernel<false>, pooling, size,
                    x, large, small);
    case PoolMode::put:
      return launch("max_pool", stream_, one_each(size), &adjoint_kernel<true>, pooling, size, x,
                    large, small);
  }
}

}  // namespace engine::cuda
