// Errors on CUDA are one line, and the device remains usable.
#include <doctest/doctest.h>

#include "tests/cuda/on_device.h"
#include "tests/datasets/scratch.h"

using namespace tests;
using engine::Device;

TEST_CASE("cuda: out of memory says what was asked for, what is held and what to reduce") {
  const On cuda(Device::cuda());
  const Tensor held = engine::ones({1 << 18});
  const std::string text = complaint([] { engine::zeros({Index{1} << 40}); });
  CHECK(says(text, "memory", "4398046511104", "in use", "smaller"));
  CHECK(engine::sum(held).item() == Real(1 << 18));
}

TEST_CASE("cuda: a number that names no row is reported when values are read") {
  const On cuda(Device::cuda());
  const Tensor table = engine::ones({4, 2});
  for (const Real wrong : {Real(4), Real(-1), Real(1.5), Real(NAN)}) {
    const Tensor index = Tensor::from({3}, {0, wrong, 3});
    CHECK(says(complaint([&] { engine::gather(table, index).values(); }), "gather", "4 rows"));
    CHECK(engine::sum(table).item() == 8);
  }
}

TEST_CASE("cuda: a singular matrix is reported when values are read") {
  const On cuda(Device::cuda());
  const Tensor a = engine::concat({engine::eye(3), engine::zeros({3, 3})}, 0);
  const Tensor x = engine::inverse(reshape(a, {2, 3, 3}));
  CHECK(says(complaint([&] { x.values(); }), "solve", "matrix 1 of 2", "singular"));
  CHECK(engine::inverse(2 * engine::eye(2)).values() == std::vector<Real>{0.5F, 0, 0, 0.5F});
}

TEST_CASE("cuda: tensors of two devices do not mix") {
  const Tensor here = engine::ones({3});
  const On cuda(Device::cuda());
  const Tensor there = engine::ones({3});
  CHECK(says(complaint([&] { here + there; }), "add", "[3]", "current device, cuda"));
  CHECK(says(complaint([&] { engine::overwrite(there, here); }), "cpu", "cuda"));
}
