#include "layers/lipschitz/fourier.h"

#include <algorithm>
#include <functional>
#include <numbers>

#include "layers/lipschitz/kernel.h"
#include "layers/lipschitz/sized.h"

namespace layers {

using namespace engine;

namespace {

// exp(2 pi i f a / n), a row for each frequency f = first ... last - 1, a column for each tap a.
std::vector<Complex> waves(Index first, Index last, Index taps, Index n) {
  std::vector<Complex> table;
  for (Index f = first; f < last; ++f)
    for (Index a = 0; a < taps; ++a)
      table.push_back(std::polar(1.0, 2 * std::numbers::pi * ((f * a) % n) / n));
  return table;
}

}  // namespace

ComplexMatrices symbols(const Tensor& kernel, Index height, Index width, Index first, Index last) {
  const Index out = kernel.dim(0), kh = kernel.dim(1), kw = kernel.dim(2), in = kernel.dim(3);
  check(height > 0 && width > 0 && kernel.size() > 0, "symbols: a kernel ", kernel.shape(),
        " on a torus of ", height, " x ", width, " pixels has none");
  const Index half = width / 2 + 1, block = out * in, count = last - first;
  constexpr double kMost = 1 << 28;
  check(static_cast<double>(count) * half * block <= kMost, "symbols: ", count * half,
        " matrices of ", out, " x ", in, " are more than 4 GiB");
  const std::vector<Real> taps = permute(kernel, {1, 2, 0, 3}).values();
  const std::vector<Complex> k(taps.begin(), taps.end());  // [kh, kw, O I]

  // One axis after the other: first sums over a, for each y; then sums over b, for each (y, x).
  std::vector<Complex> rows(count * kw * block);
  multiply(count, kw * block, kh, waves(first, last, kh, height).data(), k.data(), rows.data());
  ComplexMatrices result{count * half, out, in, std::vector<Complex>(count * half * block)};
  const std::vector<Complex> along_width = waves(0, half, kw, width);
  for (Index y = 0; y < count; ++y)
    multiply(half, block, kw, along_width.data(), rows.data() + y * kw * block,
             result.matrix(y * half));
  return result;
}

void for_each_symbols(const Tensor& kernel, Index height, Index width,
                      const std::function<void(ComplexMatrices&)>& body) {
  check(kernel.size() > 0, "symbols: a kernel of shape ", kernel.shape(), " has none");
  constexpr Index kAtOnce = 1 << 22;  // numbers: 64 MiB
  const Index row = (width / 2 + 1) * kernel.dim(0) * kernel.dim(3);
  const Index step = std::max<Index>(1, kAtOnce / row);
  for (Index y = 0; y < height; y += step) {
    ComplexMatrices some = symbols(kernel, height, width, y, std::min(height, y + step));
    body(some);
  }
}

double torus_norm(const Tensor& kernel, Index height, Index width) {
  const Sized k = sized("torus_norm", kernel);
  double most = 0;
  for_each_symbols(k.weight, height, width, [&](const ComplexMatrices& some) {
    for (const double norm : spectral_norms(some)) most = std::max(most, norm);
  });
  return k.size * most;
}

double circular_norm(const LinearMap& W) {
  const Window w = W.window();
  return torus_norm(zero_stuffed(kernel(W), W.options().dilation), w.height, w.width);
}

double circular_norm_padded(const LinearMap& W) {
  const Window w = W.window();
  const Padding p = W.options().padding;
  return torus_norm(zero_stuffed(kernel(W), W.options().dilation), w.height + p.top + p.bottom,
                    w.width + p.left + p.right);
}

std::optional<double> circular_norm_strided(const LinearMap& W) {
  const Window w = W.window();
  if (w.height % w.stride_h != 0 || w.width % w.stride_w != 0) return std::nullopt;
  return torus_norm(polyphase(W), w.height / w.stride_h, w.width / w.stride_w);
}

std::vector<double> circular_singular_values(const LinearMap& W) {
  const Window w = W.window();
  if (w.height % w.stride_h != 0 || w.width % w.stride_w != 0) return {};
  const Index height = w.height / w.stride_h, width = w.width / w.stride_w, half = width / 2 + 1;
  std::vector<double> all;
  for_each_symbols(polyphase(W), height, width, [&](const ComplexMatrices& some) {
    const std::vector<double> values = singular_values(some);
    const Index each = std::ssize(values) / some.count;
    for (Index i = 0; i < some.count; ++i) {
      const Index x = i % half;
      const bool pair = x > 0 && 2 * x < width;  // a conjugate of it is left out
      for (int times = pair ? 2 : 1; times > 0; --times)
        all.insert(all.end(), values.begin() + i * each, values.begin() + (i + 1) * each);
    }
  });
  std::ranges::sort(all, std::greater());
  return all;
}

double circular_singular_values_cost(const LinearMap& W) {
  const Window w = W.window();
  const auto symbols =
      static_cast<double>(w.height / w.stride_h) * static_cast<double>(w.width / w.stride_w) / 2;
  const auto out = static_cast<double>(w.out);
  const auto in = static_cast<double>(w.in * w.stride_h * w.stride_w);
  const double least = std::min(out, in);
  return 4 * symbols * least * (out * in + 4 * least * least);
}

double torus_supremum(const LinearMap& W, Index grid) {
  return torus_norm(polyphase(W), grid, grid);
}

}  // namespace layers
