// Power iteration against its definition in plain ops; matrices together and one by one.
#include <doctest/doctest.h>

#include "engine/linalg.h"
#include "tests/cases/case.h"
#include "tests/support/top_pairs.h"

using namespace tests;
using engine::PowerIteration;
using engine::TopTensors;

TEST_CASE("power iteration: each round is the definition's, together and one by one") {
  const std::vector<PowerIteration> together = iterations_to_run();
  engine::power_iteration(together);
  std::vector<PowerIteration> alone = iterations_to_run();
  for (const PowerIteration& one : alone) engine::power_iteration({&one, 1});
  const std::vector<Tensor> got = results_of(together), again = results_of(alone);

  alone = iterations_to_run();
  for (std::size_t i = 0; i < alone.size(); ++i) {
    CAPTURE(i);
    auto& [top, rounds] = alone[i];
    auto& [w, u, v, sigma] = top;
    for (int round = 0; round < rounds; ++round) {
      if (round > 0) u = engine::unit(matmul_nt(v, w));
      v = engine::unit(matmul(u, w) + engine::TopPair::kKept * v);
    }
    const Tensor image = matmul_nt(v, w);
    const Tensor expected[] = {engine::unit(image), v, engine::norm(image)};
    for (std::size_t part = 0; part < 3; ++part) {
      CAPTURE(part);
      CHECK(difference(got[3 * i + part], expected[part]) < 4 * kClose);  // of three rounds
      CHECK(got[3 * i + part].values() == again[3 * i + part].values());
    }
  }
}

TEST_CASE("power iteration: NaN in one element of a weight stays visible in all of the result") {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  const Tensor w = Tensor::from({2, 2}, {1, 2, nan, 4});
  const TopTensors top{w, engine::ones({1, 2}), engine::ones({1, 2}), engine::zeros({})};
  const PowerIteration one{top, 1};
  engine::power_iteration({&one, 1});
  CHECK(std::isnan(top.sigma.item()));
  for (const Real least : {Real(1e-12), Real(2)})
    CHECK(std::isnan(scale_to_norm(top, {.k = 1, .least = least}).values()[0]));
}

TEST_CASE("power iteration: vectors that do not fit are refused") {
  const Tensor w = engine::ones({3, 4}), three = engine::ones({1, 3}), four = engine::ones({1, 4});
  const PowerIteration swapped{{w, four, three, engine::zeros({})}, 1};
  CHECK(error_of([&] {
          engine::power_iteration({&swapped, 1});
        }) == "spectral norm: vectors [1, 4] and [1, 3] do not fit a matrix [3, 4]");
}
