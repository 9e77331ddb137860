// The settings that ops with sliding windows have in common. Bottom and right padding follow from
// the shapes.
#pragma once

#include "engine/geometry.h"
#include "engine/op.h"

namespace engine {

inline Settings window_settings(const Window& w) {
  const auto pair = [](Index a, Index b) {
    return std::vector<double>{static_cast<double>(a), static_cast<double>(b)};
  };
  return {{"kernel", pair(w.kernel_h, w.kernel_w)},
          {"stride", pair(w.stride_h, w.stride_w)},
          {"dilation", pair(w.dilation_h, w.dilation_w)},
          {"padding", pair(w.top, w.left)}};
}

}  // namespace engine
