#include "gan/sweep/train_cell.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/device.h"
#include "engine/file.h"
#include "gan/console/interrupt.h"
#include "gan/console/peak_memory.h"
#include "gan/run/checkpoint.h"
#include "gan/run/run_table.h"
#include "gan/training/open_data.h"

namespace gan::sweep {
namespace {

namespace fs = std::filesystem;
using run::RunDirectory;
using training::Config;

std::string cell_file(const std::string& folder) { return folder + "/cell.json"; }

// Resumes the run; a run that never reached a checkpoint restarts.
bool goes_on(const std::string& folder) {
  return fs::exists(folder + "/config.json") && fs::exists(folder + "/checkpoint.safetensors");
}

void check_same(const Config& wanted, const RunDirectory& directory) {
  Config found = directory.config();
  found.data = wanted.data;  // they may have moved
  found.scorer = wanted.scorer;
  engine::check(to_json(found) == to_json(wanted), directory.path(),
                ": is a run with other settings than the sweep; choose another --out");
}

double seconds_of(const RunDirectory& directory) {
  const auto seconds = run::read_table(directory.log()).numbers("seconds");
  return seconds.empty() ? 0 : seconds.back().value_or(0);
}

}  // namespace

bool is_finished(const std::string& folder) {
  return fs::exists(cell_file(folder)) || fs::exists(folder + "/diverged.json");
}

bool train_cell(const Config& settings, const std::string& folder, double minutes,
                const std::function<void(Index step)>& on_step) {
  console::catch_interrupts("interrupted; finishing the current step, then saving the run\n");
  Config config = settings;
  engine::Device::named(config.device).use();
  engine::set_precision(engine::precision_named(config.precision));
  const auto data = open_data(config, config.data);
  config.channels = std::to_string(data->channels());
  const bool resumes = goes_on(folder);
  const RunDirectory directory =
      resumes ? RunDirectory::resume(folder) : RunDirectory::create(folder, config);
  if (resumes) check_same(config, directory);
  training::Trainer trainer(config, *data);
  const auto scorer = run::open_scorer(config, *data, trainer.data_hash());
  if (resumes) run::restore(directory.checkpoint(), trainer);
  const double left = minutes - (resumes ? seconds_of(directory) / 60 : 0);
  const run::SessionEnd end = run::run_session(trainer, directory, config,
                                               {.minutes = left, .on_step = on_step}, scorer.get());
  if (end == run::SessionEnd::interrupted) return false;
  const nlohmann::ordered_json about = {{"step", trainer.step_count()},
                                        {"scorer.sha256", scorer ? scorer->sha256() : ""},
                                        {kPeakMemory, console::peak_memory()}};
  engine::write_file(cell_file(folder), about.dump(2) + "\n");
  return true;
}

}  // namespace gan::sweep
