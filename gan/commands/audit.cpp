#include "gan/analysis/audit.h"

#include <cstdio>

#include "engine/device.h"
#include "gan/commands/commands.h"
#include "gan/console/program_name.h"
#include "gan/run/loaded_run.h"
#include "gan/training/networks.h"
#include "gan/training/open_data.h"

namespace gan::commands {
namespace {

struct AuditOptions {
  std::string run, data, device = "cpu";
  Index images = 256;
  bool json = false, best = false;
};

void run(const AuditOptions& options) {
  engine::Device::named(options.device).use();
  run::LoadedRun loaded = run::LoadedRun::open(options.run, /*averaged=*/true, options.best);
  const training::Config& config = loaded.header.config;
  const std::string& spec = options.data.empty() ? config.data : options.data;
  const auto data = open_data(config, spec);
  const models::ImageSize& image = loaded.header.image;
  engine::check(image == models::size_of(*data), "audit: the run was trained on images of ",
                image.height, "x", image.width, "x", image.channels, ", those of ",
                data->description(), " are ", data->height(), "x", data->width(), "x",
                data->channels(), "; pass the run's own with --data");
  run::check_classes(options.run, loaded.header.class_names, training::class_names(config, *data));
  const analysis::RunAudit found = analysis::audit(loaded.networks, config.constraint.text(),
                                                   config.seed, *data, options.images);
  std::fputs((options.json ? analysis::as_json(found) : analysis::as_table(found)).c_str(), stdout);
  const std::vector<std::string> wrong = found.contradictions();
  for (std::size_t i = 1; i < wrong.size(); ++i)
    console::note(console::program_name() + ": " + wrong[i]);
  engine::check(wrong.empty(), wrong.empty() ? "" : wrong.front());
}

}  // namespace

void add_audit(CLI::App& app) {
  auto options = std::make_shared<AuditOptions>();
  CLI::App* command = app.add_subcommand(
      "audit", "Compare a run's promised and actual Lipschitz bounds, layer by layer");
  command->add_option("RUN", options->run, "folder of a run of gan train")->required();
  command->add_option("--data", options->data, "images for the slopes [the run's own]");
  command->add_option("--images", options->images, "number of those images")
      ->capture_default_str()
      ->transform(console::whole_number(1, 100'000));
  command->add_flag("--best", options->best, "the checkpoint with the best score, not the latest");
  command->add_flag("--json", options->json, "print JSON");
  console::add_device(*command, options->device);
  console::add_threads(*command);
  command->footer(
      "Columns: k, the constraint's target norm; running, the estimate from its stored vector; "
      "audited,\n"
      "sigma after 200 power iterations from several starts; certified, an upper bound; reshaped,\n"
      "sigma of the reshaped kernel; s1/s2 and the stable rank of that kernel.\n"
      "For conditional runs, each class has its own bound and largest slope.\n"
      "The last line compares the critic's estimate of the distance between at most 1000 real and\n"
      "as many generated images with the exact one, which a network simplex finds.\n"
      "Exits with status 1 if running <= audited <= certified fails in a row, or if the estimate\n"
      "divided by the certified bound exceeds the exact distance.\n\n"
      "Example:\n  gan audit runs/sn-small-shapes-1 --json\n");
  command->callback([options] { run(*options); });
}

}  // namespace gan::commands
