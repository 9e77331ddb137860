// Resizing as TensorFlow 1 does it, to the bit: a golden of its own, for ONNX's cases have none
// with linear and asymmetric. The formula is spelled out here once more, number by number.
#include <doctest/doctest.h>

#include <algorithm>

#include "engine/graph/graph.h"
#include "engine/graph/write_onnx.h"
#include "engine/random.h"

namespace {

using namespace engine;
using namespace engine::graph;

struct Lerp {
  Index low, high;
  float part;
};

Lerp lerp_at(Index i, Index in, Index out) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  const float at = static_cast<float>(i) * scale;
  const Index low = static_cast<Index>(at);
  return {low, std::min(low + 1, in - 1), at - static_cast<float>(low)};
}

// Each product and sum rounded by itself: volatile keeps the compiler from fusing them.
float mixed(float a, float b, float part) {
  volatile float difference = b - a;
  volatile float scaled = difference * part;
  return a + scaled;
}

std::vector<float> expected(const std::vector<float>& x, Index n, Index h, Index w, Index c,
                            Index out) {
  std::vector<float> y;
  for (Index b = 0; b < n; ++b)
    for (Index p = 0; p < out; ++p)
      for (Index q = 0; q < out; ++q)
        for (Index k = 0; k < c; ++k) {
          const Lerp v = lerp_at(p, h, out), u = lerp_at(q, w, out);
          const auto at = [&](Index i, Index j) { return x[((b * h + i) * w + j) * c + k]; };
          y.push_back(mixed(mixed(at(v.low, u.low), at(v.low, u.high), u.part),
                            mixed(at(v.high, u.low), at(v.high, u.high), u.part), v.part));
        }
  return y;
}

TEST_CASE("resize: TensorFlow 1's bilinear, bit-for-bit") {
  for (const Index size : {32, 47, 299, 400}) {
    CAPTURE(size);
    seed(7);
    const Tensor x = uniform({2, size, size + 3, 3}, 0, 255);
    Builder net;
    net.input("x", {-1, 3, -1, -1});
    net.node("Resize", {"x", "", "", net.constant("sizes", std::vector<Index>{2, 3, 299, 299})},
             {{"mode", std::string("linear")},
              {"coordinate_transformation_mode", std::string("asymmetric")}},
             "y");
    net.output("y", {-1, 3, 299, 299});
    CHECK(Graph(net.model())(x).values() == expected(x.values(), 2, size, size + 3, 3, 299));
  }
}

std::vector<Real> line(const char* mode, const char* coordinates, const char* nearest,
                       std::vector<Real> x, Index out) {
  Builder net;
  net.input("x", {-1});
  net.node("Resize", {"x", "", "", net.constant("sizes", std::vector<Index>{out})},
           {{"mode", std::string(mode)},
            {"coordinate_transformation_mode", std::string(coordinates)},
            {"nearest_mode", std::string(nearest)}},
           "y");
  net.output("y", {out});
  return Graph(net.model())(Tensor::from({static_cast<Index>(x.size())}, x)).values();
}

TEST_CASE("resize: coordinate systems") {
  const std::vector<Real> x{0, 10, 20, 30};
  CHECK(line("linear", "asymmetric", "floor", x, 2) == std::vector<Real>{0, 20});
  CHECK(line("linear", "half_pixel", "floor", x, 2) == std::vector<Real>{5, 25});
  CHECK(line("linear", "align_corners", "floor", x, 2) == std::vector<Real>{0, 30});
  CHECK(line("nearest", "asymmetric", "floor", x, 6) == std::vector<Real>{0, 0, 10, 20, 20, 30});
  CHECK(line("nearest", "half_pixel", "round_prefer_ceil", x, 2) == std::vector<Real>{10, 30});
  CHECK(line("nearest", "half_pixel", "round_prefer_floor", x, 2) == std::vector<Real>{0, 20});
}

}  // namespace
