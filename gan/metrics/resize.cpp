// Compiled so that each operation rounds by itself (CMakeLists.txt): the bits are Pillow's.
#include "gan/metrics/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "engine/check.h"
#include "engine/graph/graph.h"
#include "engine/graph/write_onnx.h"

namespace gan::metrics {
namespace {

using engine::Tensor;

// Where the taps of one pixel of the result begin, and their weights.
struct Taps {
  Index first;
  std::vector<double> weights;
};

double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

std::vector<Taps> cubic_taps(Index from, Index to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double wide = std::max(scale, 1.0), reach = 2 * wide, narrow = 1 / wide;
  std::vector<Taps> all;
  for (Index i = 0; i < to; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    const Index first = std::max<Index>(0, static_cast<Index>(center - reach + 0.5));
    const Index last = std::min(from, static_cast<Index>(center + reach + 0.5));
    Taps taps{first, {}};
    double sum = 0;
    for (Index k = 0; k < last - first; ++k) {
      taps.weights.push_back(cubic((static_cast<double>(k + first) - center + 0.5) * narrow));
      sum += taps.weights.back();
    }
    for (double& weight : taps.weights) weight /= sum;
    all.push_back(std::move(taps));
  }
  return all;
}

// One axis of [rows, extent, each], where `each` numbers lie side by side, resized to `to`.
std::vector<float> resize_axis(const std::vector<float>& from, Index rows, Index extent, Index each,
                               Index to) {
  if (extent == to) return from;
  const std::vector<Taps> taps = cubic_taps(extent, to);
  std::vector<float> result(rows * to * each);
#pragma omp parallel for schedule(static)
  for (Index row = 0; row < rows; ++row) {
    std::vector<double> sums(each);
    for (Index i = 0; i < to; ++i) {
      std::ranges::fill(sums, 0.0);
      const float* pixels = from.data() + (row * extent + taps[i].first) * each;
      for (const double weight : taps[i].weights) {
        for (Index k = 0; k < each; ++k) sums[k] += static_cast<double>(pixels[k]) * weight;
        pixels += each;
      }
      std::ranges::copy(sums, result.begin() + (row * to + i) * each);
    }
  }
  return result;
}

constexpr std::array<Resizer, 2> kResizers{{
    {"tf1", "TensorFlow 1 bilinear", resize_as_tensorflow1},
    {"clean-fid", "Pillow bicubic, antialiased, in float (clean-fid)", resize_as_clean_fid},
}};

void check_sizes(const Tensor& images, Index height, Index width) {
  engine::check(images.rank() == 4 && images.size() > 0 && height > 0 && width > 0,
                "resize: ", images.shape(), " to ", height, "x", width,
                "; images are [N, height, width, C]");
}

}  // namespace

std::span<const Resizer> resizers() { return kResizers; }

const Resizer& resizer_named(const std::string& name) {
  std::string known;
  for (const Resizer& each : kResizers) {
    if (each.name == name) return each;
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  engine::fail("unknown resizing '", name, "'; use one of ", known);
}

// As a graph, because the graph importer implements this mode of Resize.
Tensor resize_as_tensorflow1(const Tensor& images, Index height, Index width) {
  check_sizes(images, height, width);
  if (images.dim(1) == height && images.dim(2) == width) return images;
  engine::graph::Builder net;
  const Index channels = images.dim(3);
  net.input("images", {-1, channels, -1, -1});
  const std::string sizes =
      net.constant("sizes", std::vector<Index>{images.dim(0), channels, height, width});
  net.node("Resize", {"images", "", "", sizes},
           {{"mode", std::string("linear")},
            {"coordinate_transformation_mode", std::string("asymmetric")}},
           "resized");
  net.output("resized", {-1, channels, height, width});
  return engine::graph::Graph(net.model())(images);
}

Tensor resize_as_clean_fid(const Tensor& images, Index height, Index width) {
  check_sizes(images, height, width);
  if (images.dim(1) == height && images.dim(2) == width) return images;
  const Index n = images.dim(0), c = images.dim(3);
  std::vector<float> pixels = images.values();
  pixels = resize_axis(pixels, n * images.dim(1), images.dim(2), c, width);
  pixels = resize_axis(pixels, n, images.dim(1), width * c, height);
  for (float& x : pixels) x = std::clamp(x, 0.F, 255.F);
  return Tensor::from({n, height, width, c}, pixels);
}

}  // namespace gan::metrics
