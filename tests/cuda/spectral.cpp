// Power iteration on CUDA equals the CPU's, for many matrices in one launch and for each alone.
#include <doctest/doctest.h>

#include "tests/cuda/on_device.h"
#include "tests/support/top_pairs.h"

using namespace tests;
using engine::Device;
using engine::PowerIteration;

TEST_CASE("cuda: power iterations that run together") {
  const std::vector<PowerIteration> on_cpu = iterations_to_run();
  engine::power_iteration(on_cpu);
  Hosts expected;
  for (const Tensor& result : results_of(on_cpu)) expected.emplace_back(result);
  const On cuda(Device::cuda());
  const std::vector<PowerIteration> together = iterations_to_run(), alone = iterations_to_run();
  engine::power_iteration(together);
  for (const PowerIteration& one : alone) engine::power_iteration({&one, 1});
  const std::vector<Tensor> got = results_of(together), again = results_of(alone);
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(difference(got[i], expected[i]) < 4 * kClose);  // of up to three rounds
    CHECK(got[i].values() == again[i].values());
  }
}
