// The iteration of a preset in several processes that share each batch, against one process.
//
// For each number of processes this program starts itself again, under mpirun; there, or if the user
// started it under mpirun with that number, it measures.
#include "gan/run/ranks.h"

#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>

#include "engine/collective.h"
#include "engine/engine.h"
#include "engine/threads.h"
#include "gan/training/open_data.h"
#include "gan/training/trainer.h"
#include "tools/bench/benchmarks.h"
#include "tools/bench/timed_settings.h"
#include "tools/bench/timing.h"

namespace bench {
namespace {

constexpr const char* kSeconds = "ms / iteration";

// The median of the iterations of these processes, as rank 0 sees it.
double measure(const Options& options) {
  engine::join_processes();
  const gan::training::Config config = timed_settings(gan::training::find_preset(options.preset));
  engine::set_precision(engine::precision_named(config.precision));
  gan::run::check_shares(config);
  const auto data =
      gan::run::open_in_turn([&] { return gan::training::open_data(config, config.data); });
  gan::training::Trainer trainer(config, *data);
  gan::run::check_same_start(trainer);
  return median_seconds({[&] { trainer.step(); }}, options.rounds)[0];
}

std::string output_of(const std::string& command) {
  const auto close = [](std::FILE* pipe) { pclose(pipe); };
  std::unique_ptr<std::FILE, decltype(close)> pipe(popen(command.c_str(), "re"), close);
  engine::check(pipe != nullptr, "cannot start: ", command);
  std::string text;
  char part[4096];
  while (const std::size_t size = std::fread(part, 1, sizeof part, pipe.get()))
    text.append(part, size);
  const int status = pclose(pipe.release());
  engine::check(status == 0, command, ": failed: see the message above; as root, use --mpirun ",
                "'mpirun --allow-run-as-root'");
  return text;
}

// In `ranks` processes of their own.
double measure_apart(const Options& options, int ranks, int threads) {
  std::ostringstream command;
  if (ranks > 1) command << options.mpirun << " -n " << ranks << ' ';
  command << '\'' << std::filesystem::read_symlink("/proc/self/exe").string()
          << "' scaling --json --ranks " << ranks << " --preset " << options.preset << " --threads "
          << threads << " --rounds " << options.rounds;
  const auto json = nlohmann::json::parse(output_of(command.str()));
  return json["rows"].begin()->at(kSeconds);
}

Report::Row row_of(const Options& options, int ranks, int threads, double ms, double efficiency) {
  const auto batch = static_cast<double>(gan::training::find_preset(options.preset).config().batch);
  return {std::to_string(ranks) + (ranks == 1 ? " process" : " processes"),
          {static_cast<double>(threads), batch / ranks, ms, efficiency}};
}

}  // namespace

Report ranks(const Options& options) {
  Report report{
      .title = "one iteration of " + options.preset + ", its batch shared between processes",
      .columns = {"threads each", "images each", kSeconds, "efficiency"}};
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  const int most = std::ranges::max(options.ranks);
  if (options.ranks.size() == 1 && engine::launch().size == most) {
    report.rows.push_back(
        row_of(options, most, engine::threads(), 1e3 * measure(options), unknown));
    return report;
  }
  engine::check(engine::launch().size == 1, "started under mpirun: give --ranks ",
                engine::launch().size, ", or start it without mpirun");
  const int threads = std::max(1, engine::threads() / most);
  double one = unknown;  // the first, times its processes
  for (const int count : options.ranks) {
    const double ms = measure_apart(options, count, threads);
    if (std::isnan(one)) one = ms * count;
    report.rows.push_back(row_of(options, count, threads, ms, one / (ms * count)));
  }
  return report;
}

}  // namespace bench
