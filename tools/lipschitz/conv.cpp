#include "tools/lipschitz/conv.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>

#include "layers/lipschitz/bounds.h"
#include "layers/lipschitz/kernel.h"
#include "layers/lipschitz/sized.h"
#include "layers/lipschitz/toeplitz.h"

namespace lipschitz {

using namespace engine;
using layers::LinearMap;

namespace {

Tensor make_weight(const ConvOptions& o) {
  // A transposed convolution's weight is its adjoint's: its input channels come first.
  const Index first = o.transposed ? o.in : o.out, last = o.transposed ? o.out : o.in;
  if (o.file.empty()) {
    seed(o.seed);
    const double fan_in = static_cast<double>(o.kernel_h * o.kernel_w * o.in);
    return normal({first, o.kernel_h, o.kernel_w, last}, 0,
                  static_cast<Real>(std::sqrt(1 / fan_in)));
  }
  const TensorFile file = load(o.file);
  const Tensor* const found = file.find(o.tensor);
  if (found == nullptr) {
    std::string names;
    for (const auto& [name, tensor] : file.tensors)
      if (tensor.rank() == 4 || tensor.rank() == 2) names += " " + name;
    fail(o.file, ": no tensor '", o.tensor,
         "'; kernels and matrices there:", names.empty() ? " none" : names);
  }
  const Tensor& weight = *found;
  check(weight.rank() == 4 || weight.rank() == 2, o.file, ": tensor '", o.tensor,
        "' must be a kernel [O, kH, kW, I] or a matrix, it is ", weight.shape());
  layers::sized(o.file + ": tensor '" + o.tensor + "'", weight);  // fails if it has no norm
  return weight.rank() == 4 ? weight : reshape(weight, {weight.dim(0), 1, 1, weight.dim(1)});
}

LinearMap make_map(const ConvOptions& o) {
  const Tensor weight = make_weight(o);
  const engine::ConvOptions options = {
      .stride = o.stride, .padding = o.pad, .dilation = o.dilation};
  if (!o.transposed) return LinearMap::conv(weight, options, o.size, o.size);
  const Shape image = transposed_image({1, o.size, o.size, weight.dim(0)}, weight.shape(), options,
                                       o.output_padding);
  return LinearMap::conv_transpose(weight, options, image[1], image[2], o.output_padding);
}

// The largest affordable number of Gram iterations.
constexpr double kBearable = 1e11;  // real multiplications: some ten seconds
std::optional<int> bearable_iterations(const Tensor& kernel) {
  for (int t = 6; t >= 1; --t)
    if (layers::gram_zero_padding_cost(kernel, t) < kBearable) return t;
  return std::nullopt;
}

// Real multiplications of the symbols' eigenproblems on a torus.
double torus_cost(const Tensor& kernel, Index height, Index width) {
  const double least = std::min(kernel.dim(0), kernel.dim(3));
  const double all = kernel.dim(0) * kernel.dim(3);
  return 8 * static_cast<double>(height * width) * least * (all + 2 * least * least);
}

class Table {
 public:
  explicit Table(double audited) : audited_(audited) {}

  void row(const std::string& name, const char* kind,
           const std::function<double()>& compute) const {
    const auto start = std::chrono::steady_clock::now();
    const double value = compute();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    print(name, kind, value, took.count());
  }
  void print(const std::string& name, const char* kind, double value, double seconds) const {
    if (audited_ > 0)
      std::printf("%-52s %-6s %12.6g %8.4f %9.3f\n", name.c_str(), kind, value, value / audited_,
                  seconds);
    else
      std::printf("%-52s %-6s %12.6g %8s %9.3f\n", name.c_str(), kind, value, "-", seconds);
    std::fflush(stdout);
  }
  static void skip(const std::string& name, const char* kind, const char* why) {
    std::printf("%-52s %-6s %12s %8s %9s  (%s)\n", name.c_str(), kind, "-", "-", "-", why);
  }

 private:
  double audited_;
};

void circular_rows(const Table& table, const LinearMap& W) {
  const Window w = W.window();
  const Tensor plain = layers::zero_stuffed(layers::kernel(W), W.options().dilation);
  const char* const large = "too many channels";
  const bool affordable = torus_cost(plain, w.height, w.width) < kBearable;
  const std::string same = "circular, stride 1, H x W";
  const std::string padded = "circular, stride 1, padded grid";
  if (affordable) {
    table.row(same, "other", [&] { return layers::circular_norm(W); });
    table.row(padded, "upper", [&] { return layers::circular_norm_padded(W); });
    if (W.options().stride != Pair(1) && layers::circular_norm_strided(W))
      table.row("circular, with its stride", "other",
                [&] { return *layers::circular_norm_strided(W); });
  } else {
    Table::skip(same, "other", large);
    Table::skip(padded, "upper", large);
  }
  const std::string torus = "torus supremum, space-to-depth, N=64";
  if (torus_cost(layers::polyphase(W), 64, 64) < kBearable)
    table.row(torus, "other", [&] { return layers::torus_supremum(W); });
  else
    Table::skip(torus, "other", large);
}

void gram_rows(const Table& table, const LinearMap& W) {
  const auto zero_padding = [&](const std::string& name, const Tensor& kernel) {
    const std::optional<int> t = bearable_iterations(kernel);
    if (!t) return Table::skip(name, "upper", "too many channels");
    table.row(name + ", t=" + std::to_string(*t), "upper",
              [&] { return layers::gram_zero_padding(kernel, *t); });
  };
  zero_padding("Gram, zero padding", layers::kernel(W));
  if (W.options().stride != Pair(1) || W.options().dilation != Pair(1))
    zero_padding("Gram, zero padding, space-to-depth", layers::polyphase(W));
  table.row("Gram, torus without wrapping, space-to-depth, t=6", "upper",
            [&] { return layers::gram_bound(W); });
}

bool has_whole_window(const Window& w) {
  const auto inside = [](Index extent, Index out, Index kernel, Index stride, Index dilation,
                         Index before) {
    for (Index p = 0; p < out; ++p) {
      const Index first = p * stride - before;
      if (first >= 0 && first + (kernel - 1) * dilation < extent) return true;
    }
    return false;
  };
  return inside(w.height, w.out_height, w.kernel_h, w.stride_h, w.dilation_h, w.top) &&
         inside(w.width, w.out_width, w.kernel_w, w.stride_w, w.dilation_w, w.left);
}

}  // namespace

void report_conv(const ConvOptions& options) {
  const LinearMap W = make_map(options);
  const Window w = W.window();
  const layers::Reads reads = layers::reads_exact(W), formula = layers::reads_formula(W);
  std::ostringstream title;
  title << (options.transposed ? "transposed convolution, x " : "convolution, x ") << W.domain()
        << " -> y " << W.range() << ", weight " << W.weight.shape();
  std::printf("%s\nreads of one input: %lld x %lld counted, %lld x %lld by the formula\n\n",
              title.str().c_str(), static_cast<long long>(reads.h), static_cast<long long>(reads.w),
              static_cast<long long>(formula.h), static_cast<long long>(formula.w));

  const auto start = std::chrono::steady_clock::now();
  const double audited = layers::audited_norm(W);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const Table table(audited);
  std::printf("%-52s %-6s %12s %8s %9s\n", "", "", "value", "/audited", "seconds");
  table.row("reshaped kernel, sigma(R)", has_whole_window(w) ? "lower" : "other",
            [&] { return layers::reshaped_norm(W); });
  table.row("Method 2, 1 iteration", "lower",
            [&] { return layers::audited_norm(W, {.iterations = 1, .starts = 1}); });
  table.row("Method 2, 10 iterations", "lower",
            [&] { return layers::audited_norm(W, {.iterations = 10, .starts = 1}); });
  table.print("Method 2, 200 iterations, 4 starts: audited", "lower", audited, took.count());
  const double elements = static_cast<double>(W.domain().size() * W.range().size());
  if (elements <= 4e6)
    table.row("singular values of the dense matrix", "exact",
              [&] { return spectral_norm(layers::toeplitz(W)); });
  else
    Table::skip("singular values of the dense matrix", "exact", "too large an image");
  circular_rows(table, W);
  gram_rows(table, W);
  table.row("Fantastic Four", "upper", [&] { return layers::fantastic_four_bound(W); });
  table.row("Method 1, sqrt(n) sigma(R)", "upper", [&] { return layers::tsuzuku_bound(W); });
  table.row("certified: the smaller of Method 1 and Gram", "upper",
            [&] { return layers::certified_upper_bound(W); });
  std::printf(
      "\n\"other\" is not a bound for this map: exact for another padding, or for large images.\n");
}

}  // namespace lipschitz
