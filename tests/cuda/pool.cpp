// KANTOR_CUDA_POOL=poison: a released block holds NaN, from its release on in the stream's order.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <string_view>

#include "engine/backend.h"
#include "engine/capture.h"
#include "tests/cuda/on_device.h"

using namespace tests;
using engine::Device;

namespace {

bool poisons() {
  const char* pool = std::getenv("KANTOR_CUDA_POOL");
  return pool && std::string_view(pool) == "poison";
}

// A block that holds twos, given back too early: the planted fault.
const Real* released_early(engine::Backend& backend, Index n) {
  Real* block = backend.allocate(n);
  backend.fill(block, n, 2);
  backend.release(block, n);
  return block;
}

}  // namespace

TEST_CASE("cuda: a poisoned pool shows who reads a block after its release" *
          doctest::skip(!poisons())) {
  const On cuda(Device::cuda());
  engine::Backend& backend = Device::cuda().backend();
  const Index n = 100;
  std::vector<Real> host(n);
  backend.download(host.data(), released_early(backend, n), n);
  for (const Real value : host) CHECK(std::isnan(value));

  // In a captured step, at every replay.
  const Tensor kept = engine::zeros({n});
  engine::Captured step = engine::capture([&] {
    const Real* stale = released_early(backend, n);
    backend.copy({.extents = {n}, .x = {1}, .y = {1}}, stale, kept.data());
  });
  for (int i = 0; i < 5; ++i) {
    engine::overwrite(kept, engine::zeros({n}));
    step();
    for (const Real value : kept.values()) CHECK(std::isnan(value));
  }
  CHECK(step.replays());
}
