#include "layers/linear_map.h"

namespace layers {

using namespace engine;

LinearMap LinearMap::dense(const Tensor& weight) { return {Kind::dense, weight, {}, 1, 1}; }

LinearMap LinearMap::conv(const Tensor& weight, const ConvOptions& options, Index height,
                          Index width) {
  return {Kind::conv, weight, options, height, width};
}

LinearMap LinearMap::conv_transpose(const Tensor& weight, const ConvOptions& options, Index height,
                                    Index width) {
  return {Kind::conv_transpose, weight, options, height, width};
}

Tensor LinearMap::operator()(const Tensor& x) const {
  switch (kind_) {
    case Kind::conv:
      return conv2d(x, weight, options_);
    case Kind::conv_transpose:
      return conv2d_transpose(x, weight, options_, height_, width_);
    case Kind::dense:
      break;
  }
  return matmul_nt(x, weight);
}

Tensor LinearMap::transpose(const Tensor& y) const {
  switch (kind_) {
    case Kind::conv:
      return conv2d_transpose(y, weight, options_, height_, width_);
    case Kind::conv_transpose:
      return conv2d(y, weight, options_);
    case Kind::dense:
      break;
  }
  return matmul(y, weight);
}

Tensor LinearMap::weight_grad(const Tensor& x, const Tensor& y) const {
  if (kind_ == Kind::dense) return matmul_tn(y, x);
  const Pair kernel(weight.dim(1), weight.dim(2));
  return kind_ == Kind::conv ? conv2d_weight_grad(x, y, options_, kernel)
                             : conv2d_weight_grad(y, x, options_, kernel);
}

LinearMap LinearMap::matrix() const { return dense(flatten(weight)); }

Shape LinearMap::image() const { return {1, height_, width_, weight.dim(3)}; }

Window LinearMap::window() const {
  if (kind_ != Kind::dense) return conv_window("linear map", image(), weight.shape(), options_);
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
