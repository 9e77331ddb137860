#include "gan/run/ranks.h"

#include <algorithm>

#include "engine/check.h"
#include "engine/version.h"

namespace gan::run {
namespace {

// Version, compiler and the instructions in use, on one line; not what else the machine has.
std::string kernels() {
  std::string text = engine::version();
  text.resize(std::min(text.size(), text.find(" (this machine")));
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

}  // namespace

void check_shares(const training::Config& config) {
  const engine::Index processes = engine::processes().size();
  const auto check = [&](const char* key, engine::Index batch) {
    engine::check(batch % processes == 0, key, "=", batch, ": ", processes,
                  " processes cannot share it evenly; use a multiple of ", processes,
                  ", or start another number of processes");
  };
  check("batch", config.batch);
  check("g.batch", config.g_batch);
}

void check_same_start(training::Trainer& trainer) {
  if (engine::processes().size() == 1) return;
  const std::string& images = trainer.data_hash();
  engine::check(engine::text_of_first(images) == images, trainer.config().data,
                ": these images differ from those of rank 0; give all processes the same data");
  const std::string mine = kernels(), first = engine::text_of_first(mine);
  engine::check(mine == first, "this process runs ", mine, ", rank 0 ", first,
                "; install one version, and set KANTOR_ISA to instructions that all machines have");
}

}  // namespace gan::run
