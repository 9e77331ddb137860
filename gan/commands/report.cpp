#include "gan/report/report.h"

#include "engine/file.h"
#include "gan/commands/commands.h"

namespace gan::commands {
namespace {

struct ReportOptions {
  std::vector<std::string> folders;
  std::string out = "report.html";
};

void run(const ReportOptions& options) {
  const std::string page = report::page(options.folders);
  engine::write_file(options.out, page);
  console::print(options.out);
}

}  // namespace

void add_report(CLI::App& app) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command =
      app.add_subcommand("report", "Write runs and sweeps as one HTML page with figures and data");
  command
      ->add_option("FOLDER", options->folders, "folders of runs (gan train) or sweeps (gan sweep)")
      ->required();
  command->add_option("--out", options->out, "HTML file to write")
      ->capture_default_str()
      ->transform(console::not_empty());
  console::add_threads(*command);
  command->footer(
      "The page is self-contained: no network, no scripts. It shows what was run and how to "
      "repeat\n"
      "it, the table of a sweep, samples through training, curves of scores, losses and "
      "gradients,\n"
      "spectra of the weights and the audit, each with its data as a link.\n\n"
      "Examples:\n  gan report runs/sn-small-shapes-1\n"
      "  gan report sweeps/poster-k-minutes --out poster-k.html\n");
  command->callback([options] { run(*options); });
}

}  // namespace gan::commands
