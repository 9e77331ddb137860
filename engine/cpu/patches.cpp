#include "engine/cpu/patches.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace engine::cpu {

bool Patches::is_image() const {
  return offset_h.size() == 1 && offset_w.size() == 1 && offset_h[0] == 0 && offset_w[0] == 0 &&
         step_h == 1 && step_w == 1 && rows_h == height && rows_w == width;
}

const Real* Patches::gather(Index begin, Index end, Real* buffer) const {
  if (is_image()) return image + begin * channels;
  const Index length = row_length();
  for (Index row = begin; row < end; ++row) gather_row(row, buffer + (row - begin) * length);
  return buffer;
}

void Patches::gather_row(Index row, Real* to) const {
  const Index q = row % rows_w, p = row / rows_w % rows_h, sample = row / (rows_w * rows_h);
  const Index taps_w = static_cast<Index>(offset_w.size());
  const Index left = q * step_w + offset_w.front(), right = q * step_w + offset_w.back();
  const bool whole = left >= 0 && right < width && right - left == taps_w - 1;
  for (const Index offset : offset_h) {
    const Index h = p * step_h + offset;
    const Real* line = image + (sample * height + h) * width * channels;
    if (h < 0 || h >= height) {
      std::fill_n(to, taps_w * channels, Real(0));
    } else if (whole) {  // the taps of this line lie side by side in memory
      std::memcpy(to, line + left * channels, sizeof(Real) * taps_w * channels);
    } else {
      for (Index b = 0; b < taps_w; ++b) {
        const Index w = q * step_w + offset_w[b];
        if (w < 0 || w >= width) {
          std::fill_n(to + b * channels, channels, Real(0));
        } else {
          std::memcpy(to + b * channels, line + w * channels, sizeof(Real) * channels);
        }
      }
    }
    to += taps_w * channels;
  }
}

Patches forward_patches(const Window& w, const Real* x) {
  Patches patches{.image = x,
                  .n = w.n,
                  .height = w.height,
                  .width = w.width,
                  .channels = w.in,
                  .rows_h = w.out_height,
                  .rows_w = w.out_width,
                  .step_h = w.stride_h,
                  .step_w = w.stride_w,
                  .offset_h = {},
                  .offset_w = {}};
  for (Index a = 0; a < w.kernel_h; ++a) patches.offset_h.push_back(a * w.dilation_h - w.top);
  for (Index b = 0; b < w.kernel_w; ++b) patches.offset_w.push_back(b * w.dilation_w - w.left);
  return patches;
}

Index tile_rows(Index row_length) {
  constexpr Index kTileElements = Index{1} << 18;
  return std::clamp<Index>(kTileElements / std::max<Index>(row_length, 1), 32, 1024);
}

Real* tile_buffer(Index elements, int which) {
  thread_local std::array<std::vector<Real>, 2> buffers;
  std::vector<Real>& buffer = buffers[which];
  if (static_cast<Index>(buffer.size()) < elements) buffer.resize(elements);
  return buffer.data();
}

}  // namespace engine::cpu
