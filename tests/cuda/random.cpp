// Random numbers on CUDA equal the CPU's: uniform ones bit-for-bit, normal ones up to rounding.
#include <doctest/doctest.h>

#include "tests/cuda/on_device.h"

using namespace tests;
using engine::Device;

namespace {

// The results of draw() on each device from the same position in the sequence, and the position
// afterwards.
template <class Make>
void both(const Make& draw, std::vector<Real>& cpu, std::vector<Real>& cuda) {
  engine::seed(77);
  engine::uniform({5});  // not at its beginning
  const engine::RandomState start = engine::random_state();
  cpu = draw().values();
  const engine::RandomState after = engine::random_state();
  engine::set_random_state(start);
  const On device(Device::cuda());
  cuda = draw().values();
  CHECK(engine::random_state() == after);
}

}  // namespace

TEST_CASE("cuda: uniform numbers equal the CPU's to the bit") {
  std::vector<Real> cpu, cuda;
  for (const Index n : {1, 2, 3, 4, 5, 255, 1024, 10001}) {
    CAPTURE(n);
    both([&] { return engine::uniform({n}); }, cpu, cuda);
    CHECK(cuda == cpu);
    both([&] { return engine::uniform({n}, Real(-0.3), Real(12.7)); }, cpu, cuda);
    CHECK(cuda == cpu);
    both([&] { return engine::uniform({n}, 5, 5); }, cpu, cuda);
    CHECK(cuda == cpu);
  }
}

// The logarithm, the root, the sine and the cosine are each within two units in the last place on
// either device; near the zeros of sine and cosine that is relative to the argument, up to 2 pi.
TEST_CASE("cuda: normal numbers equal the CPU's to rounding") {
  std::vector<Real> cpu, cuda;
  for (const Index n : {1, 3, 6, 1000, 10002}) {
    CAPTURE(n);
    both([&] { return engine::normal({n}, Real(0.5), 2); }, cpu, cuda);
    for (std::size_t i = 0; i < cpu.size(); ++i) CHECK(std::abs(cuda[i] - cpu[i]) < 40 * kRounding);
  }
}
