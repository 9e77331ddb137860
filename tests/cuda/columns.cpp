// Sums that several blocks share: over many rows, for few columns, on CUDA against the CPU and in
// another run, whichever block finishes last.
#include <doctest/doctest.h>

#include "tests/cuda/on_device.h"

using namespace tests;
using engine::Activation;
using engine::Device;

namespace {

struct Extents {
  Index outer, n, inner;
};
constexpr Extents kExtents[] = {{1, 9001, 3}, {1, 1500, 300}, {5, 4000, 2}, {1, 30000, 1}};

using Values = std::vector<std::vector<Real>>;

Values values_of(const std::vector<Tensor>& tensors) {
  Values values;
  for (const Tensor& t : tensors) values.push_back(t.values());
  return values;
}

// compute(x) for x of each of the extents.
template <class Compute>
void compare(const Compute& compute) {
  for (const auto& [outer, n, inner] : kExtents) {
    CAPTURE(inner);
    const auto on = [&, &outer = outer, &n = n, &inner = inner](const Device& device) {
      const On here(device);
      Draw draw(11);
      return values_of(compute(draw.uniform({outer, n, inner}).tensor()));
    };
    const Values expected = on(Device::cpu()), got = on(Device::cuda());
    CHECK(got == on(Device::cuda()));
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      REQUIRE(got[i].size() == expected[i].size());
      double largest = 0, worst = 0;
      for (std::size_t k = 0; k < got[i].size(); ++k) {
        largest = std::max(largest, std::abs(double{expected[i][k]}));
        worst = std::max(worst, std::abs(double{got[i][k]} - double{expected[i][k]}));
      }
      CAPTURE(i);
      CHECK(worst <= 5e-6 * largest);  // tens of float32 roundings: some results cancel
    }
  }
}

}  // namespace

TEST_CASE("cuda: sums, maxima and norms of many rows") {
  compare([](const Tensor& x) {
    return std::vector<Tensor>{engine::sum(x, {1}), engine::max(x, {1}), engine::norm(x)};
  });
}

TEST_CASE("cuda: gradients of bias and activation over many rows") {
  for (const Activation kind :
       {Activation::none, Activation::relu, Activation::leaky_relu, Activation::tanh})
    compare([&](const Tensor& x) {
      const Tensor bias = engine::full({x.dim(-1)}, Real(0.1));
      const Tensor z = engine::bias_activation(x, bias, kind, Real(0.2));
      const auto gradients = engine::grad(engine::sum(z * x.detach()), {x, bias});
      return std::vector<Tensor>{z, gradients[0], gradients[1]};
    });
}

TEST_CASE("cuda: batch norm of many rows, and its gradients") {
  for (const Activation kind : {Activation::none, Activation::relu})
    compare([&](const Tensor& x) {
      const Tensor gamma = engine::full({x.dim(-1)}, Real(1.5)),
                   beta = engine::full({x.dim(-1)}, 2);
      const Tensor moments = engine::moments(x);
      const Tensor y = engine::batch_norm(x, gamma, beta, moments, Real(1e-5), kind);
      const auto gradients = engine::grad(engine::sum(y * y * y), {x, gamma, beta});
      return std::vector<Tensor>{moments, y, gradients[0], gradients[1], gradients[2]};
    });
}
