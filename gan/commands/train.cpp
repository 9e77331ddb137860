#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "datasets/dataset.h"
#include "engine/engine.h"
#include "gan/commands/commands.h"
#include "gan/constraints.h"
#include "gan/interrupt.h"
#include "gan/presets.h"
#include "gan/training.h"
#include "gan/usage.h"

namespace gan {
namespace {

struct TrainOptions {
  std::string preset, out, resume;
  std::vector<std::string> assignments;
  std::optional<std::string> data, device, precision, scorer;
  std::optional<Index> steps;
  std::optional<std::uint64_t> seed;
  double minutes = std::numeric_limits<double>::infinity();
};

std::string footer() {
  std::string text = "Presets:\n";
  for (const Preset& preset : presets())
    text += "  " + std::string(preset.name) +
            std::string(14 - std::string(preset.name).size(), ' ') + preset.source + "\n";
  text += "\nKeys of --set, with the values of sn-small:\n" +
          describe(find_preset("sn-small").config());
  text += "\nd.constraint, one or several joined by +, is applied to every weight:\n" +
          describe_constraints();
  return text +
         "\nExamples:\n"
         "  gan train --data shapes --preset sn-small --minutes 2\n"
         "  gan train --data cifar10:data --preset sn-cnn --set 'd.constraint=toeplitz(k=2)'\n"
         "  gan train --resume runs/sn-cnn-cifar10-1 --steps 200000\n";
}

// Settings outlive the folder that a run was started in: `path` seen from the root.
std::string from_root(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

// Of FORM:DIR, the same for DIR.
std::string data_from_root(const std::string& spec) {
  const std::size_t colon = spec.find(':');
  if (colon == std::string::npos) return spec;
  return spec.substr(0, colon + 1) + from_root(spec.substr(colon + 1));
}

Config new_config(const TrainOptions& options) {
  return from_user([&] {
    engine::check(!options.preset.empty(), "gan train: give --preset NAME, or --resume RUN");
    Config config = find_preset(options.preset).config();
    for (const std::string& assignment : options.assignments) set(config, assignment);
    if (options.data) config.data = *options.data;
    if (options.device) config.device = *options.device;
    if (options.precision) config.precision = *options.precision;
    if (options.scorer) config.scorer = *options.scorer;
    if (options.steps) config.steps = *options.steps;
    if (options.seed) config.seed = *options.seed;
    config.data = data_from_root(config.data);
    config.scorer = from_root(config.scorer);
    validate(config);
    return config;
  });
}

void use_device(const Config& config) {
  engine::Device::named(config.device).use();
  engine::set_precision(engine::precision_named(config.precision));
}

std::unique_ptr<datasets::Dataset> open_data(const Config& config) {
  return datasets::open(config.data, {.resize = static_cast<int>(config.resize)});
}

// The scorer of the settings, if they name one. Errors: it does not take images of this size.
std::unique_ptr<const ProxyScorer> open_scorer(const Config& config,
                                               const datasets::Dataset& data) {
  if (config.scorer.empty()) return nullptr;
  auto scorer = std::make_unique<const ProxyScorer>(config.scorer);
  scorer->check_fits({data.height(), data.width(), data.channels()});
  return scorer;
}

void announce(const datasets::Dataset& data, const RunDirectory& run) {
  std::fprintf(stderr, "%s\n", data.description().c_str());
  for (const std::string& note : data.notes()) std::fprintf(stderr, "%s\n", note.c_str());
  std::fprintf(stderr, "the run is kept in %s\n", run.path().c_str());
}

void print_scores(Trainer& trainer, const ProxyScorer& scorer, const datasets::Dataset& data,
                  Index images) {
  images = std::min(images, data.size());
  const ProxyScore fake = score(trainer, scorer, images), real = scorer(images, data);
  std::printf("%s of %lld images: generated %.2f, real %.2f; classes covered: %lld of %lld\n",
              scorer.name().c_str(), static_cast<long long>(images), fake.value, real.value,
              static_cast<long long>(fake.covered), static_cast<long long>(fake.classes));
}

void run_to_the_end(Trainer& trainer, const RunDirectory& run, const Config& config,
                    const datasets::Dataset& data, const ProxyScorer* scorer, double minutes) {
  catch_interrupts();
  const Ending ending = train(trainer, run, config, {.minutes = minutes}, scorer);
  if (ending != Ending::done)
    std::fprintf(stderr, "%s at step %lld; go on with gan train --resume %s\n",
                 ending == Ending::interrupted ? "interrupted" : "the time is over",
                 static_cast<long long>(trainer.step_count()), run.path().c_str());
  if (scorer && !interrupted()) {
    leave_interrupts();  // all is saved
    print_scores(trainer, *scorer, data, config.score_images);
  }
  std::printf("%s\n%s\n", run.checkpoint().c_str(), run.samples(trainer.step_count()).c_str());
}

void start(const TrainOptions& options) {
  const Config config = new_config(options);
  use_device(config);
  const auto data = open_data(config);
  const auto scorer = open_scorer(config, *data);
  Trainer trainer(config, *data);
  const std::string path =
      options.out.empty() ? RunDirectory::free_path(options.preset, data->name()) : options.out;
  const RunDirectory run = RunDirectory::create(path, config);
  announce(*data, run);
  run_to_the_end(trainer, run, config, *data, scorer.get(), options.minutes);
}

void resume(const TrainOptions& options) {
  if (!options.preset.empty() || !options.out.empty() || !options.assignments.empty() ||
      options.data || options.precision || options.seed || options.scorer)
    throw UsageError(
        "--resume: the settings are those of the run's config.json; only --steps, --minutes and "
        "--device can be given beside it");
  const RunDirectory run = RunDirectory::open(options.resume);
  Config config = run.config();
  if (options.steps) config.steps = *options.steps;
  if (options.device) config.device = *options.device;
  from_user([&] {
    engine::check(config.decay_steps == 0 || config.steps <= config.decay_steps, "--steps ",
                  config.steps, ": the run's learning rates are 0 from step ", config.decay_steps,
                  " on; give no more than that");
    validate(config);
  });
  engine::check(
      run.has_checkpoint(), options.resume,
      ": was stopped before its first checkpoint; remove it, or start anew with another --out");
  use_device(config);
  const auto data = open_data(config);
  const auto scorer = open_scorer(config, *data);
  Trainer trainer(config, *data);
  trainer.restore(run.checkpoint());
  const Index reached = trainer.step_count();
  if (reached >= config.steps)
    throw UsageError("--resume " + options.resume + ": has done " + std::to_string(reached) +
                     " steps already; give --steps greater than that");
  run.write_config(config);
  announce(*data, run);
  run_to_the_end(trainer, run, config, *data, scorer.get(), options.minutes);
}

}  // namespace

void add_train(CLI::App& app) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* train = app.add_subcommand("train", "Train a GAN, or go on training one");
  train->add_option("--data", options->data, "shapes, cifar10:DIR, images:DIR or mnist:DIR");
  train->add_option("--preset", options->preset, "settings to start from; see below");
  train->add_option("--set", options->assignments, "key=value ...: other settings; see below")
      ->take_all();
  train
      ->add_option("--steps", options->steps,
                   "generator updates, counted from the start of the run, resumed or not")
      ->transform(whole_number(1, std::numeric_limits<Index>::max()));
  train->add_option("--minutes", options->minutes, "stop after about so many minutes")
      ->transform(positive_number());
  train->add_option("--out", options->out, "folder of the run (runs/<preset>-<data>-<n>)");
  train->add_option("--resume", options->resume, "folder of a run to go on with");
  train->add_option("--scorer", options->scorer,
                    "classifier made by train_scorer: logs the proxy-IS of generated images");
  train->add_option("--device", options->device, "cpu or cuda");
  train->add_option("--precision", options->precision, "highest, high or medium");
  train->add_option("--seed", options->seed, "of weights, noise and the order of images")
      ->transform(whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  train->footer(footer);
  train->callback([options] { options->resume.empty() ? start(*options) : resume(*options); });
}

}  // namespace gan
