// The shapes that bench measures; tests/tools/bench.cpp compares each with the plain loops.
#pragma once

#include <vector>

#include "engine/cpu/derived.h"
#include "engine/engine.h"

namespace bench {

using engine::Index;

// A square convolution of padding 1 on square images.
struct ConvShape {
  Index in, out, kernel, stride, size;
};

// The seven of sn-cnn's discriminator (Miyato et al., 2018, Table 3), widths times `width`.
inline std::vector<ConvShape> discriminator_convolutions(Index image, Index width) {
  std::vector<ConvShape> shapes;
  Index in = 3, size = image;
  for (const Index out : {64, 64, 128, 128, 256, 256, 512}) {
    const bool halve = shapes.size() % 2 == 1;
    shapes.push_back({in, out * width, halve ? 4 : 3, halve ? 2 : 1, size});
    in = out * width;
    if (halve) size /= 2;
  }
  return shapes;
}

struct ConvTensors {
  engine::Tensor x, w, y;
  engine::ConvOptions options;
  ConvTensors(const ConvShape& shape, Index batch)
      : x(engine::uniform({batch, shape.size, shape.size, shape.in}, -1, 1)),
        w(engine::uniform({shape.out, shape.kernel, shape.kernel, shape.in}, -1, 1)),
        options{.stride = shape.stride, .padding = 1} {
    const engine::NoGrad constant;
    y = conv2d(x, w, options);
  }
  // The result, or the gradient by the images or by the weight, for y. The weights count as new,
  // as in a training step: nothing that was prepared from them is used again.
  engine::Tensor run(engine::Slot slot) const {
    const engine::NoGrad constant;
    engine::cpu::derived().forget(w.data(), w.size());
    if (slot == engine::Slot::Y) return conv2d(x, w, options);
    if (slot == engine::Slot::X) return conv2d_transpose(y, w, options, x.dim(1), x.dim(2));
    return conv2d_weight_grad(x, y, options, {w.dim(1), w.dim(2)});
  }
  double flops() const {
    return 2.0 * static_cast<double>(y.size()) * static_cast<double>(w.size() / w.dim(0));
  }
};

// Matrix products [m, k] [k, n]: square, of a linear layer forward and backward, and tall.
struct ProductShape {
  Index m, n, k;
};
inline const std::vector<ProductShape> kProducts = {
    {1024, 1024, 1024}, {64, 8192, 128}, {64, 128, 8192}, {4096, 64, 576}};

}  // namespace bench
