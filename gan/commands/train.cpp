#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "datasets/dataset.h"
#include "datasets/gaussians.h"
#include "engine/collective.h"
#include "engine/engine.h"
#include "gan/commands/commands.h"
#include "gan/console/interrupt.h"
#include "gan/console/program.h"
#include "gan/console/program_name.h"
#include "gan/console/usage.h"
#include "gan/run/changes.h"
#include "gan/run/checkpoint.h"
#include "gan/run/ranks.h"
#include "gan/run/session.h"
#include "gan/training/constraints.h"
#include "gan/training/open_data.h"
#include "gan/training/optimizers.h"
#include "gan/training/penalties.h"
#include "gan/training/presets.h"

namespace gan::commands {
namespace {

using analysis::ProxyScore;
using analysis::ProxyScorer;
using console::from_user;
using run::check_same_start;
using run::check_shares;
using run::is_first;
using run::open_in_turn;
using run::RunDirectory;
using run::SessionEnd;
using training::Config;
using training::find_preset;
using training::kDefaultPreset;
using training::Preset;
using training::Trainer;

struct TrainOptions {
  std::string out, resume;
  std::vector<std::string> assignments;
  std::optional<std::string> preset, data, device, precision, scorer;
  std::optional<Index> steps;
  std::optional<std::uint64_t> seed;
  double minutes = std::numeric_limits<double>::infinity();
};

std::string footer() {
  std::string text = "Presets (gan presets shows their settings and expected scores):\n";
  std::size_t widest = 0;
  for (const std::string& name : engine::names_of(training::presets()))
    widest = std::max(widest, name.size());
  for (const Preset& preset : training::presets()) {
    const std::string name = preset.name;
    text += "  " + name + std::string(widest + 2 - name.size(), ' ') + preset.source + "\n";
  }
  text += std::string("\nKeys of --set, with the defaults of ") + kDefaultPreset +
          " (*: may change on --resume):\n" +
          training::describe(find_preset(kDefaultPreset).config());
  text += "\nd.constraint (one or several, joined by +) is applied to every weight:\n" +
          training::describe_constraints();
  text += "\npenalty (one or several, joined by +) is added to the discriminator's loss:\n" +
          training::describe_penalties();
  text += "\ng.optimizer and d.optimizer:\n" + training::describe_optimizers();
  return text +
         "\nExamples:\n"
         "  gan train --data shapes --preset sn-small --minutes 2\n"
         "  gan train --data cifar10:data --preset sn-cnn --set 'd.constraint=toeplitz(k=2)'\n"
         "  gan train --resume runs/sn-cnn-cifar10-1 --steps 200000\n"
         "  gan train --resume runs/sn-cnn-cifar10-1 --set g.lr=1e-4 d.lr=1e-4\n"
         "  mpirun -n 4 gan train --preset sn-cnn --data cifar10:data   (shares each batch)\n";
}

// Applies the options to settings.
void apply(const TrainOptions& options, Config& config) {
  for (const std::string& assignment : options.assignments) set(config, assignment);
  if (options.data) config.data = *options.data;
  if (options.device) config.device = *options.device;
  if (options.precision) config.precision = *options.precision;
  if (options.scorer) config.scorer = *options.scorer;
  if (options.steps) config.steps = *options.steps;
  if (options.seed) config.seed = *options.seed;
  make_paths_absolute(config);
}

// What ranks other than 0 do.
void follow(Trainer& trainer, const Config& config) {
  console::catch_interrupts("");
  run::follow_session(trainer, config);
}

Config new_config(const TrainOptions& options) {
  return from_user([&] {
    Config config = find_preset(options.preset.value_or(kDefaultPreset)).config();
    apply(options, config);
    validate(config);
    check_shares(config);
    return config;
  });
}

// The settings of a run, changed by the options. Errors: a setting that may not change.
Config resumed_config(const TrainOptions& options, const Config& before) {
  return from_user([&] {
    Config config = before;
    apply(options, config);
    engine::check(config.decay_steps == 0 || config.steps <= config.decay_steps, "--steps ",
                  config.steps, ": learning rates are 0 from step ", config.decay_steps,
                  " on; use at most that many steps");
    validate(config);
    check_shares(config);
    run::changes(before, config);
    return config;
  });
}

void use_device(const Config& config) {
  engine::Device::named(config.device).use();
  engine::set_precision(engine::precision_named(config.precision));
}

void announce(const datasets::Dataset& data, const RunDirectory& run) {
  console::note(data.description());
  for (const std::string& note : data.notes()) console::note(note);
  if (run.replaces_another())
    console::note(run.path() + ": replaces a run that never reached a checkpoint");
  if (!run.is_locked())
    console::note("note: " + run.path() +
                  ": the file system has no locks; do not train there twice at once");
  console::note("run folder: " + run.path());
}

// Opens a file or data set named in the settings or by an option; it may have moved since.
template <class Open>
auto open_again(const char* option, bool given, Open open) {
  try {
    return open();
  } catch (const engine::Error& error) {
    if (given) throw;
    engine::fail(error.what(), "; if it has moved, pass its new location with ", option);
  }
}

// Records and announces the changes from this checkpoint on.
void change_settings(const RunDirectory& run, const run::CheckpointHeader& before,
                     const Config& config, const std::string& data_hash) {
  std::vector<run::Change> changed;
  try {
    changed = run::changes(before.config, config);
  } catch (const engine::Error& error) {
    engine::fail(run.path(), "/config.json: ", error.what());  // edited by hand
  }
  for (const run::Change& change : changed)
    console::note("changed after step " + std::to_string(before.step) + ": " + change.key +
                  " from " + change.before + " to " + change.after);
  if (before.data_hash.empty() && before.config.data != config.data)
    console::note("note: the checkpoint does not record which images the run was trained on");
  if (!before.data_hash.empty() && before.data_hash != data_hash) {
    changed.push_back({"data.sha256", '"' + before.data_hash + '"', '"' + data_hash + '"'});
    console::note("note: " + config.data +
                  ": not the images that the run has been trained on so far");
  }
  if (!changed.empty())
    console::note("a new run with these settings may have other results; see " + run.changes());
  run::record(run.changes(), before.step, before.config, changed);
  run.write_config(config);
}

void print_scores(Trainer& trainer, const ProxyScorer& scorer, const datasets::Dataset& data,
                  Index images) {
  images = std::min(images, data.size());
  const std::optional<ProxyScore> fake = run::score(trainer, scorer, images);
  if (!fake) return;
  const ProxyScore real = scorer(images, data);
  std::printf("%s of %lld images: generated %.2f, real %.2f; classes covered: %lld of %lld\n",
              console::printable(scorer.name()).c_str(), static_cast<long long>(images),
              fake->value, real.value, static_cast<long long>(fake->covered),
              static_cast<long long>(fake->classes));
  if (const auto accuracy = run::class_accuracy(trainer, scorer, *fake)) {
    std::printf("the scorer recognizes the requested class in %.1f %% of them:",
                100 * accuracy->all);
    for (std::size_t c = 0; c < accuracy->each.size(); ++c)
      std::printf("%s %s %.0f %%", c == 0 ? "" : ",",
                  console::printable(trainer.class_names()[c]).c_str(), 100 * accuracy->each[c]);
    std::printf("\n");
  }
  if (fake->distance && real.distance)
    std::printf("%s of %lld images: generated %.4g, real %.4g\n",
                console::printable(scorer.distance_name()).c_str(), static_cast<long long>(images),
                *fake->distance, *real.distance);
}

void print_modes(Trainer& trainer, const datasets::Gaussians& data) {
  constexpr Index points = 2'500;
  const datasets::ModeCount count = data.modes(run::samples(trainer, points).values());
  std::printf(
      "modes found: %d of %d; %.0f %% of %lld points lie within 3 standard deviations of a mode\n",
      count.found, count.modes, 100 * count.share, static_cast<long long>(points));
}

void run_to_the_end(Trainer& trainer, const RunDirectory& run, const Config& config,
                    const datasets::Dataset& data, const ProxyScorer* scorer, double minutes) {
  static const std::string answer =
      "\n" + console::program_name() +
      ": interrupted; finishing the current step, then saving the run; interrupt again to stop at "
      "once\n";
  console::catch_interrupts(answer.c_str());
  const SessionEnd end = run::run_session(trainer, run, config, {.minutes = minutes}, scorer);
  if (end != SessionEnd::done)
    std::fprintf(stderr, "%s at step %lld; resume with %s train --resume %s\n",
                 end == SessionEnd::interrupted ? "interrupted" : "time limit reached",
                 static_cast<long long>(trainer.step_count()), console::program_name().c_str(),
                 console::printable(run.path()).c_str());
  if (scorer && !console::interrupted()) {
    static const std::string last_words =
        "\n" + console::program_name() +
        ": interrupted while scoring the final samples; the run is saved\n";
    console::end_on_interrupt(last_words.c_str());
    print_scores(trainer, *scorer, data, config.score_images);
  }
  if (const auto* plane = dynamic_cast<const datasets::Gaussians*>(&data))
    print_modes(trainer, *plane);
  console::print(run.checkpoint());
  console::print(run.samples(trainer.step_count()));
}

void start(const TrainOptions& options) {
  Config config = new_config(options);
  if (is_first() && !options.out.empty()) RunDirectory::check_free(options.out);
  use_device(config);
  const auto data = open_in_turn([&] { return open_data(config, config.data); });
  config.channels = std::to_string(data->channels());  // the result of auto, for resuming
  Trainer trainer(config, *data);
  check_same_start(trainer);
  if (!is_first()) return follow(trainer, config);
  const auto scorer = run::open_scorer(config, *data, trainer.data_hash());
  const std::string preset = options.preset.value_or(kDefaultPreset);
  const RunDirectory run = options.out.empty()
                               ? RunDirectory::create_numbered(preset, data->name(), config)
                               : RunDirectory::create(options.out, config);
  announce(*data, run);
  run_to_the_end(trainer, run, config, *data, scorer.get(), options.minutes);
}

void resume(const TrainOptions& options) {
  from_user([&] {
    engine::check(!options.preset,
                  "--preset: a resumed run keeps its settings; change some with --set");
    engine::check(options.out.empty(), "--out: a resumed run stays in its folder; omit --out");
  });
  const RunDirectory run = open_in_turn([&] {
    return is_first() ? RunDirectory::resume(options.resume) : RunDirectory::open(options.resume);
  });
  const Config config = resumed_config(options, run.config());
  engine::check(run.has_checkpoint(), options.resume,
                ": stopped before its first checkpoint; start it again with --out ",
                options.resume);
  use_device(config);
  const auto data = open_again("--data", options.data.has_value(), [&] {
    return open_in_turn([&] { return open_data(config, config.data); });
  });
  Trainer trainer(config, *data);
  check_same_start(trainer);
  const run::CheckpointHeader before = run::restore(run.checkpoint(), trainer);
  if (before.step >= config.steps && !run::row_is_due(trainer, config))
    throw console::UsageError("--resume " + options.resume + ": already has " +
                              std::to_string(before.step) + " steps; use a larger --steps");
  engine::processes().barrier();  // all have read the files that rank 0 rewrites next
  if (!is_first()) return follow(trainer, config);
  const auto scorer = open_again("--scorer", options.scorer.has_value(), [&] {
    return run::open_scorer(config, *data, trainer.data_hash());
  });
  change_settings(run, before, config, trainer.data_hash());
  announce(*data, run);
  run_to_the_end(trainer, run, config, *data, scorer.get(), options.minutes);
}

}  // namespace

void add_train(CLI::App& app) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* train = app.add_subcommand("train", "Train a GAN, or resume a run");
  train->add_option("--data", options->data, engine::alternatives(datasets::forms()));
  train->add_option("--preset", options->preset,
                    std::string("preset to start from, see below [") + kDefaultPreset + "]");
  train->add_option("--set", options->assignments, "key=value ...: settings, see below")
      ->take_all();
  train
      ->add_option("--steps", options->steps,
                   "generator updates, counted from the start of the run even when resumed")
      ->transform(console::whole_number(1, std::numeric_limits<Index>::max()));
  train->add_option("--minutes", options->minutes, "stop after about this many minutes")
      ->transform(console::positive_number());
  train->add_option("--out", options->out, "folder of the run [runs/<preset>-<data>-<n>]");
  train->add_option("--resume", options->resume,
                    "folder of the run to resume; other options change its settings");
  train->add_option("--scorer", options->scorer,
                    "classifier (ONNX or GraphDef, see train_scorer): logs IS, FID and covered "
                    "classes of samples");
  train->add_option("--device", options->device, engine::alternatives(engine::Device::names()));
  train->add_option("--precision", options->precision,
                    engine::alternatives(engine::precision_names()));
  console::add_threads(*train);
  train->add_option("--seed", options->seed, "seed of weights, noise and image order")
      ->transform(console::whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  train->footer(footer);
  console::share_work(*train);
  train->callback([options] {
    console::outlive_readers();
    engine::join_processes();
    options->resume.empty() ? start(*options) : resume(*options);
  });
}

}  // namespace gan::commands
