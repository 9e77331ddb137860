#include "layers/linear_map.h"

#include <algorithm>

namespace layers {

using namespace engine;

LinearMap LinearMap::dense(const Tensor& weight) { return {Kind::dense, weight, {}, 1, 1}; }

LinearMap LinearMap::conv(const Tensor& weight, const ConvOptions& options, Index height,
                          Index width, Pair beyond) {
  return {Kind::conv, weight, options, height, width, beyond};
}

LinearMap LinearMap::conv_transpose(const Tensor& weight, const ConvOptions& options, Index height,
                                    Index width, Pair beyond) {
  return {Kind::conv_transpose, weight, options, height, width, beyond};
}

// Pixels beyond the windows replace the padding; no tap reads any further ones.
ConvOptions LinearMap::reading() const {
  ConvOptions options = options_;
  options.padding.bottom = std::max<Index>(0, options.padding.bottom - beyond_.h);
  options.padding.right = std::max<Index>(0, options.padding.right - beyond_.w);
  return options;
}

Tensor LinearMap::read(const Tensor& image) const {
  const auto without = [](const Tensor& x, int axis, Index last) {
    return last > 0 ? slice(x, axis, 0, x.dim(axis) - last) : x;
  };
  return without(without(image, 1, beyond_.h - options_.padding.bottom), 2,
                 beyond_.w - options_.padding.right);
}

Tensor LinearMap::correlate(const Tensor& image) const {
  return beyond_ == Pair(0) ? conv2d(image, weight, options_)
                            : conv2d(read(image), weight, reading());
}

Tensor LinearMap::spread(const Tensor& features) const {
  return beyond_ == Pair(0) ? conv2d_transpose(features, weight, options_, height_, width_)
                            : conv2d_transpose(features, weight, options_, beyond_);
}

Tensor LinearMap::operator()(const Tensor& x) const {
  if (kind_ == Kind::dense) return matmul_nt(x, weight);
  return kind_ == Kind::conv ? correlate(x) : spread(x);
}

Tensor LinearMap::transpose(const Tensor& y) const {
  if (kind_ == Kind::dense) return matmul(y, weight);
  return kind_ == Kind::conv ? spread(y) : correlate(y);
}

Tensor LinearMap::weight_grad(const Tensor& x, const Tensor& y) const {
  if (kind_ == Kind::dense) return matmul_tn(y, x);
  const Pair kernel(weight.dim(1), weight.dim(2));
  return kind_ == Kind::conv ? conv2d_weight_grad(read(x), y, reading(), kernel)
                             : conv2d_weight_grad(read(y), x, reading(), kernel);
}

LinearMap LinearMap::matrix() const { return dense(flatten(weight)); }

Shape LinearMap::image() const { return {1, height_, width_, weight.dim(3)}; }

Window LinearMap::window() const {
  if (kind_ != Kind::dense) {
    Shape windowed = image();
    windowed[1] -= beyond_.h;
    windowed[2] -= beyond_.w;
    Window window = conv_window("linear map", windowed, weight.shape(), options_);
    window.height += beyond_.h;
    window.width += beyond_.w;
    return window;
  }
  const Index out = weight.dim(0), in = weight.dim(1);
  return conv_window("linear map", {1, 1, 1, in}, {out, 1, 1, in}, {});
}

Shape LinearMap::features() const {
  const Window w = window();
  return {1, w.out_height, w.out_width, w.out};
}

Shape LinearMap::domain() const {
  if (kind_ == Kind::dense) return {1, weight.dim(1)};
  return kind_ == Kind::conv ? image() : features();
}

Shape LinearMap::range() const {
  if (kind_ == Kind::dense) return {1, weight.dim(0)};
  return kind_ == Kind::conv ? features() : image();
}

LinearMap LinearMap::with(const Tensor& other) const {
  LinearMap map = *this;
  map.weight = other;
  return map;
}

}  // namespace layers
