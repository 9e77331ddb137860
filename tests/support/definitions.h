// Reference definitions of structured ops: plain loops in double, written from the formulas in the
// ops' headers.
#pragma once

#include <functional>
#include <limits>

#include "tests/support/host.h"

namespace tests::definitions {

using Arrays = std::vector<Host>;

// z[position] = value(position), for every position.
inline Host each(const Shape& shape, const std::function<double(const Position&)>& value) {
  Host z(shape);
  for_each_position(shape, [&](const Position& p) { z.at(p) = value(p); });
  return z;
}

// Folds x over some axes, which stay with an extent of 1, starting from `start`.
inline Host fold(const Host& x, const std::vector<int>& axes, double start,
                 const std::function<double(double, double)>& join) {
  Shape kept = x.shape;
  for (const int axis : axes) kept[axis] = 1;
  Host z(kept);
  std::fill(z.values.begin(), z.values.end(), start);
  for_each_position(x.shape, [&](const Position& p) { z.at(p) = join(z.at(p), x.at(p)); });
  return z;
}
inline Host sum(const Host& x, const std::vector<int>& axes) {
  return fold(x, axes, 0, [](double a, double b) { return a + b; });
}
inline Host max(const Host& x, const std::vector<int>& axes) {
  return fold(x, axes, -std::numeric_limits<double>::infinity(),
              [](double a, double b) { return std::max(a, b); });
}
inline Host shaped(Host x, const Shape& shape) {
  x.shape = shape;
  return x;
}
inline Host softmax(const Host& x, int axis) {
  const Host powers = each(x.shape, [&](const Position& p) { return std::exp(x.at(p)); });
  const Host total = sum(powers, {axis});
  return each(x.shape, [&](const Position& p) { return powers.at(p) / total.at(p); });
}

// a b for matrices, either of them transposed.
inline Host product(const Host& a, const Host& b, bool transpose_a, bool transpose_b) {
  const Index n = a.shape[transpose_a ? 1 : 0], k = a.shape[transpose_a ? 0 : 1];
  return each({n, b.shape[transpose_b ? 0 : 1]}, [&](const Position& p) {
    double total = 0;
    for (Index j = 0; j < k; ++j)
      total += a.at(transpose_a ? Position{j, p[0]} : Position{p[0], j}) *
               b.at(transpose_b ? Position{p[1], j} : Position{j, p[1]});
    return total;
  });
}

// The matrices in the last two axes of stacks, multiplied; batch axes are broadcast.
inline Host products(const Host& a, const Host& b, bool transpose_a, bool transpose_b) {
  const auto batch = [](const Shape& s) {
    return Shape(std::vector<Index>(s.begin(), s.end() - 2));
  };
  Shape shape = engine::broadcast("products", batch(a.shape), batch(b.shape));
  const int rank = shape.rank();
  shape.push_back(a.shape[transpose_a ? -1 : -2]);
  shape.push_back(b.shape[transpose_b ? -2 : -1]);
  const auto element = [&](const Host& x, const Position& p, Index row, Index column) {
    Position at;
    for (int i = 0; i + 2 < x.shape.rank(); ++i)
      at.push_back(x.shape[i] == 1 ? 0 : p[rank - (x.shape.rank() - 2) + i]);
    at.push_back(row);
    at.push_back(column);
    return x.at(at);
  };
  return each(shape, [&](const Position& p) {
    const Index row = p[rank], column = p[rank + 1];
    double total = 0;
    for (Index j = 0; j < a.shape[transpose_a ? -2 : -1]; ++j)
      total += (transpose_a ? element(a, p, j, row) : element(a, p, row, j)) *
               (transpose_b ? element(b, p, column, j) : element(b, p, j, column));
    return total;
  });
}

// Of each matrix [n, n] with a large diagonal: elimination without row exchanges, beside identity.
inline Host inverses(Host a) {
  const Index n = a.shape[-1], count = static_cast<Index>(a.values.size()) / (n * n);
  for (Index matrix = 0; matrix < count; ++matrix) {
    double* const m = a.values.data() + matrix * n * n;
    for (Index p = 0; p < n; ++p) {
      const double pivot = m[p * n + p];
      m[p * n + p] = 1;
      for (Index j = 0; j < n; ++j) m[p * n + j] /= pivot;
      for (Index i = 0; i < n; ++i) {
        if (i == p) continue;
        const double factor = m[i * n + p];
        m[i * n + p] = 0;
        for (Index j = 0; j < n; ++j) m[i * n + j] -= factor * m[p * n + j];
      }
    }
  }
  return a;
}

// How many windows there are: the numbers p >= 0 for which the kernel, at p stride - before, ends
// inside the padded image.
inline Index windows(Index extent, Index kernel, Index stride, Index dilation, Index before,
                     Index after) {
  Index count = 0;
  while (count * stride - before + dilation * (kernel - 1) < extent + after) ++count;
  return count;
}

// The seven loops of the form <conv(X, W), Y>: calls body(x, w, y) with the three positions of
// every product X[n, p s + a d - top, q s + b d - left, i] W[o, a, b, i] Y[n, p, q, o].
template <class Body>
void for_each_product(const Shape& x, const Shape& w, const Shape& y,
                      const engine::ConvOptions& options, const Body& body) {
  for (Index n = 0; n < y[0]; ++n)
    for (Index p = 0; p < y[1]; ++p)
      for (Index q = 0; q < y[2]; ++q)
        for (Index o = 0; o < y[3]; ++o)
          for (Index a = 0; a < w[1]; ++a)
            for (Index b = 0; b < w[2]; ++b)
              for (Index i = 0; i < w[3]; ++i) {
                const Index h = p * options.stride.h + a * options.dilation.h - options.padding.top;
                const Index v =
                    q * options.stride.w + b * options.dilation.w - options.padding.left;
                if (h >= 0 && h < x[1] && v >= 0 && v < x[2])
                  body(Position{n, h, v, i}, Position{o, a, b, i}, Position{n, p, q, o});
              }
}

inline Shape conv_shape(const Shape& x, const Shape& w, const engine::ConvOptions& o) {
  return {x[0], windows(x[1], w[1], o.stride.h, o.dilation.h, o.padding.top, o.padding.bottom),
          windows(x[2], w[2], o.stride.w, o.dilation.w, o.padding.left, o.padding.right), w[0]};
}
inline Host conv(const Host& x, const Host& w, const engine::ConvOptions& options) {
  Host y(conv_shape(x.shape, w.shape, options));
  for_each_product(x.shape, w.shape, y.shape, options,
                   [&](const Position& px, const Position& pw, const Position& py) {
                     y.at(py) += x.at(px) * w.at(pw);
                   });
  return y;
}
inline Host conv_transpose(const Host& y, const Host& w, const engine::ConvOptions& options,
                           Index height, Index width) {
  Host x(Shape{y.shape[0], height, width, w.shape[3]});
  for_each_product(x.shape, w.shape, y.shape, options,
                   [&](const Position& px, const Position& pw, const Position& py) {
                     x.at(px) += y.at(py) * w.at(pw);
                   });
  return x;
}
inline Host conv_weight_grad(const Host& x, const Host& y, const engine::ConvOptions& options,
                             engine::Pair kernel) {
  Host w(Shape{y.shape[3], kernel.h, kernel.w, x.shape[3]});
  for_each_product(x.shape, w.shape, y.shape, options,
                   [&](const Position& px, const Position& pw, const Position& py) {
                     w.at(pw) += x.at(px) * y.at(py);
                   });
  return w;
}

// Pooling: `average`, or else the maximum, of each window's part inside the image.
inline Host pool(const Host& x, const engine::PoolOptions& o, bool average) {
  const Shape kernel{x.shape[3], o.kernel.h, o.kernel.w, x.shape[3]};
  const Shape y = conv_shape(x.shape, kernel, {.stride = o.stride, .padding = o.padding});
  return each(y, [&](const Position& p) {
    double total = 0, most = -std::numeric_limits<double>::infinity(), count = 0;
    for (Index a = 0; a < o.kernel.h; ++a)
      for (Index b = 0; b < o.kernel.w; ++b) {
        const Index h = p[1] * o.stride.h + a - o.padding.top;
        const Index v = p[2] * o.stride.w + b - o.padding.left;
        if (h < 0 || h >= x.shape[1] || v < 0 || v >= x.shape[2]) continue;
        const double value = x.at({p[0], h, v, p[3]});
        total += value;
        most = std::max(most, value);
        ++count;
      }
    if (o.count_padding) count = static_cast<double>(o.kernel.h * o.kernel.w);
    return average ? total / count : most;
  });
}

// (x - mean) / sqrt(variance + epsilon) over some axes.
inline Host normalized(const Host& x, const std::vector<int>& axes, double epsilon) {
  Host mean = sum(x, axes);
  const double count = static_cast<double>(x.shape.size()) / static_cast<double>(mean.shape.size());
  for (double& m : mean.values) m /= count;
  const Host square =
      each(x.shape, [&](const Position& p) { return std::pow(x.at(p) - mean.at(p), 2); });
  const Host variance = sum(square, axes);
  return each(x.shape, [&](const Position& p) {
    return (x.at(p) - mean.at(p)) / std::sqrt(variance.at(p) / count + epsilon);
  });
}

}  // namespace tests::definitions
