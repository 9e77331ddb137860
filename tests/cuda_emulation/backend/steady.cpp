// A steady-state training step uses the device for one graph: no allocation, no waiting.
#include <doctest/doctest.h>

#include "datasets/dataset.h"
#include "gan/training/presets.h"
#include "gan/training/trainer.h"
#include "tests/cuda/on_device.h"
#include "tests/cuda_emulation/emulator.h"

using namespace tests;
using engine::Device;

TEST_CASE("cuda: a steady training step is one graph, allocates nothing and waits for nothing") {
  const On cuda(Device::cuda());
  gan::training::Config config = gan::training::find_preset("sn-small").config();
  config.batch = config.g_batch = 4;
  const auto data = datasets::open("shapes");
  gan::training::Trainer trainer(config, *data);
  for (int i = 0; i < 4; ++i) trainer.step();
  const emulation::Counts before = emulation::counts();
  for (int i = 0; i < 5; ++i) trainer.step();
  const emulation::Counts after = emulation::counts();
  CHECK(after.graph_launches - before.graph_launches == 5);
  CHECK(after.launches == before.launches);  // no kernel outside the graph
  CHECK(after.allocations == before.allocations);
  CHECK(after.releases == before.releases);
  CHECK(after.synchronizations == before.synchronizations);
  CHECK(std::isfinite(trainer.losses().discriminator));
  CHECK(emulation::complaint().empty());
}
