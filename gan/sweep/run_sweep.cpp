#include "gan/sweep/run_sweep.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>

#include "engine/check.h"
#include "engine/collective.h"
#include "engine/device.h"
#include "engine/file.h"
#include "engine/threads.h"
#include "gan/console/interrupt.h"
#include "gan/console/progress.h"
#include "gan/metrics/content_hash.h"
#include "gan/run/run_table.h"
#include "gan/sweep/child.h"
#include "gan/sweep/claims.h"
#include "gan/sweep/train_cell.h"
#include "gan/training/open_data.h"

namespace gan::sweep {
namespace {

namespace fs = std::filesystem;
using training::Config;

constexpr useconds_t kPause = 50'000;  // between looks at the cells
constexpr double kPatience = 1;        // seconds between looks at those of other processes

std::string log_of(const std::string& folder, const Cell& cell) {
  return folder + "/logs/" + cell.folder + ".txt";
}

// Opens each distinct data set and scorer once, which also fills the caches.
void check_inputs(const std::vector<const Cell*>& cells, const std::string& folder, int threads) {
  std::map<std::string, Config> different;
  for (const Cell* cell : cells) {
    const Config& c = cell->config;
    different.try_emplace(c.data + '\n' + c.scorer + '\n' + std::to_string(c.resize) + c.channels +
                              c.orientation + c.precision + c.score_precision + c.device,
                          c);
  }
  const auto open_all = [&] {
    engine::set_threads(threads);
    for (const auto& [key, config] : different) {
      engine::Device::named(config.device).use();
      engine::set_precision(engine::precision_named(config.precision));
      const auto data = open_data(config, config.data);
      run::open_scorer(config, *data, metrics::content_hash(*data));
    }
    return 0;
  };
  Child child(open_all, folder + "/logs/inputs.txt");
  while (!child.ended() && !console::interrupted()) usleep(kPause);
  if (console::interrupted()) child.interrupt();
  const int status = child.wait();
  engine::check(status == 0 || console::interrupted(), child.last_line());
}

// Progress of the cells, in steps or, with a time limit, in seconds of training.
class Distance {
 public:
  Distance(const std::vector<const Cell*>& cells, const std::string& folder, double minutes)
      : timed_(minutes < std::numeric_limits<double>::infinity()), counters_(cells.size()) {
    for (const Cell* cell : cells) {
      const run::RunTable log = run::read_table(folder + "/" + cell->folder + "/log.csv");
      const auto known = log.wholes(timed_ ? "seconds" : "step");
      start_.push_back(known.empty() ? 0 : known.back().value_or(0));
      goal_.push_back(timed_ ? static_cast<Index>(60 * minutes) : cell->config.steps);
      begun_.emplace_back();
    }
  }

  const char* unit() const { return timed_ ? "second" : "step"; }
  Index total() const { return std::accumulate(goal_.begin(), goal_.end(), Index{0}); }
  void begin(std::size_t i) { begun_[i].emplace(); }
  void finish(std::size_t i) { start_[i] = goal_[i], begun_[i].reset(); }
  void reached(std::size_t i, Index step) { counters_.set(i, step); }  // in the cell's process

  Index sum() const {
    Index sum = 0;
    for (std::size_t i = 0; i < goal_.size(); ++i) {
      Index here = start_[i];
      if (begun_[i] && timed_) here += static_cast<Index>(begun_[i]->seconds());
      if (begun_[i] && !timed_) here = std::max<Index>(here, counters_.get(i));
      sum += std::min(here, goal_[i]);
    }
    return sum;
  }

 private:
  const bool timed_;
  SharedCounters counters_;
  std::vector<Index> start_, goal_;
  std::vector<std::optional<console::Clock>> begun_;
};

}  // namespace

SweepEnd run_sweep(const std::vector<Cell>& cells, const std::string& folder,
                   const SweepOptions& options) {
  std::vector<const Cell*> open;
  for (const Cell& cell : cells)
    if (!is_finished(folder + "/" + cell.folder)) open.push_back(&cell);
  SweepEnd end;
  if (open.empty()) return end;
  engine::make_folders(folder + "/logs");
  if (const Claim alone = claim_folder(folder))
    check_inputs(open, folder, options.jobs * options.threads);

  Distance distance(open, folder, options.minutes);
  const Index start = distance.sum();
  console::Progress progress(start, distance.total(), distance.unit());
  struct Running {
    Claim claim;
    Child child;
  };
  std::map<std::size_t, Running> running;
  std::vector<std::size_t> left(open.size());  // not finished, and not begun here
  std::iota(left.begin(), left.end(), std::size_t{0});
  std::size_t ended = cells.size() - open.size();
  const auto path = [&](std::size_t i) { return folder + "/" + open[i]->folder; };
  const auto finish = [&](std::size_t i) {
    distance.finish(i);
    ++ended;
  };
  const auto begin = [&](std::size_t i, Claim claim) {
    const auto train = [&, i] {
      engine::set_threads(options.threads);
      const auto on_step = [&](Index step) { distance.reached(i, step); };
      return train_cell(open[i]->config, path(i), options.minutes, on_step) ? 0 : 1;
    };
    running.emplace(i, Running{std::move(claim), Child(train, log_of(folder, *open[i]))});
    distance.begin(i);
  };
  // Begins as many as may run of those that no other process has.
  const auto begin_some = [&] {
    std::erase_if(left, [&](std::size_t i) {
      const bool room = std::ssize(running) < options.jobs && !console::interrupted();
      Claim claim = room ? claim_cell(folder, open[i]->folder) : nullptr;
      const bool finished = is_finished(path(i));  // now that nobody else is at it
      if (finished) finish(i);
      if (claim && !finished) begin(i, std::move(claim));
      return finished || running.contains(i);
    });
  };
  console::Clock clock;
  double look = 0;  // at the cells that are left: at this time
  while (!running.empty() || (!left.empty() && !console::interrupted())) {
    if (std::ssize(running) < options.jobs && clock.seconds() >= look) {
      begin_some();
      look = clock.seconds() + kPatience;
    }
    for (auto at = running.begin(); at != running.end();) {
      const std::size_t i = at->first;
      Child& child = at->second.child;
      if (console::interrupted()) child.interrupt();
      if (!child.ended()) {
        ++at;
        continue;
      }
      if (is_finished(path(i))) {
        finish(i);
      } else if (!console::interrupted()) {
        const std::string said = child.last_line();
        const int signal = *child.ended() - 128;
        end.failures.push_back(open[i]->folder + ": " +
                               (signal > 0 ? "ended by signal " + std::to_string(signal) : said));
      }
      at = running.erase(at);
      look = 0;
    }
    progress.note(std::to_string(ended) + " of " + std::to_string(cells.size()) + " cells");
    progress.step(distance.sum());
    usleep(kPause);
  }
  end.interrupted = console::interrupted();
  return end;
}

void train_shapes_scorer(const std::string& file, const std::string& log, int threads) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  std::string program = "train_scorer";  // on the PATH
  for (const fs::path& place : {here / program, here / "../tools/train_scorer/train_scorer"})
    if (fs::exists(place) && fs::is_regular_file(place))
      program = place.lexically_normal().string();
  std::vector<std::string> words = {
      program,   "--data",   "shapes",  "--out",     file,
      "--width", "8",        "--batch", "64",        "--lr",
      "0.1",     "--epochs", "0.25",    "--threads", std::to_string(threads)};
  const auto start = [&] {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    engine::forget_launch();
    execvp(program.c_str(), arguments.data());
    engine::fail("the program train_scorer is missing; pass --scorer FILE, or build it");
    return 1;
  };
  Child child(start, log);
  while (!child.ended() && !console::interrupted()) usleep(kPause);
  if (console::interrupted()) child.interrupt();
  const int status = child.wait();
  engine::check(status == 0 || console::interrupted(), child.last_line());
}

}  // namespace gan::sweep
