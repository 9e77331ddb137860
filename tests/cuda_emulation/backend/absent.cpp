// A machine without a device. The engine checks once, so this runs in its own process, started with
// KANTOR_EMULATED_DEVICES=0.
#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>

#include "engine/device.h"
#include "tests/datasets/scratch.h"

namespace {

bool none() {
  const char* devices = std::getenv("KANTOR_EMULATED_DEVICES");
  return devices && std::strcmp(devices, "0") == 0;
}

}  // namespace

TEST_CASE("cuda: where there is no device, one sentence says so" * doctest::skip(!none())) {
  for (int i = 0; i < 2; ++i) {
    const std::string text = complaint([] { engine::Device::named("cuda"); });
    CHECK(says(text, "device", "no CUDA device", "use cpu"));
  }
  CHECK(engine::Device::current().name() == std::string("cpu"));
}
