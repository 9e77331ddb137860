#include "gan/run/run_directory.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "engine/check.h"
#include "engine/file.h"

namespace gan::run {
namespace {

namespace fs = std::filesystem;
using engine::check;

constexpr const char* kConfig = "config.json";
constexpr const char* kCheckpoint = "checkpoint.safetensors";
constexpr const char* kBest = "best.safetensors";
constexpr const char* kDiverged = "diverged.json";
constexpr const char* kSamples = "samples";

// The files of a run's folder, besides the folder of samples.
bool is_of_run(const std::string& name) {
  constexpr std::array names = {kConfig,         kCheckpoint,         kBest,
                                kDiverged,       "changes.json",      "log.csv",
                                "audit.csv",     "machine.json",      "cell.json",
                                "gradients.csv", "gradients.gnuplot", "gradients.svg",
                                "gradients.png", RunLock::kFile};
  return std::ranges::find(names, name) != names.end() || name.starts_with("events.out.tfevents.");
}

// The step of the grid of this name.
std::optional<Index> step_of_grid(const std::string& name) {
  const std::size_t digits = name.find_first_not_of("0123456789");
  if (digits < 6 || digits > 18 || name.substr(digits) != ".png") return std::nullopt;
  return std::atoll(name.c_str());
}

bool is_grid(const std::string& name) { return step_of_grid(name).has_value(); }

// A file that was being written when its process was killed, of those for which `mine` holds.
template <class Mine>
bool is_orphan(const std::string& name, Mine mine) {
  const std::string file = engine::temporary_of(name);
  return !file.empty() && mine(file);
}

std::vector<fs::directory_entry> entries(const std::string& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> all;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    all.push_back(*at);
  check(!error, folder, ": cannot be read: ", error.message());
  return all;
}

void remove_orphans(const std::string& path) {
  const auto clean = [](const std::string& folder, auto mine) {
    for (const fs::directory_entry& entry : entries(folder))
      if (entry.is_regular_file() && is_orphan(entry.path().filename(), mine))
        fs::remove(entry.path());
  };
  clean(path, is_of_run);
  const std::string samples = path + "/" + kSamples;
  if (fs::is_directory(samples)) clean(samples, is_grid);
}

// A run's settings take a few kilobytes; anything far larger is something else.
std::string read_config(const std::string& path) { return engine::read_file(path, 1 << 20); }

// Whether the file holds the settings of a run, and not those of another program.
bool is_config(const std::string& path) {
  try {
    const std::string text = read_config(path);
    training::from_json(text, path);
    return text.find("\"d.constraint\"") != std::string::npos;
  } catch (const engine::Error&) {
    return false;
  }
}

// The contents of a folder, to decide whether a new run may use it.
struct Contents {
  std::vector<fs::path> files;  // of a run, as far as they may be replaced
  std::string foreign;          // the first foreign file
  bool config = false, checkpoint = false;

  explicit Contents(const std::string& path) {
    for (const fs::directory_entry& entry : entries(path)) {
      const std::string name = entry.path().filename();
      if (name == kCheckpoint || name == kBest) {
        checkpoint = true;
      } else if (name == kSamples && entry.is_directory()) {
        for (const fs::directory_entry& grid : entries(entry.path())) add(grid, is_grid);
      } else {
        add(entry, is_of_run);
      }
    }
    config = is_config(path + "/" + kConfig);
  }

 private:
  template <class Mine>
  void add(const fs::directory_entry& entry, Mine mine) {
    const std::string name = entry.path().filename();
    const bool file = entry.is_regular_file();
    // Files that a run has before its config.json: its lock, and a half-written config.json.
    if (file && name == RunLock::kFile && RunLock::is_of_run(entry.path())) return;
    if (file && engine::temporary_of(name) == kConfig && name != "config.json.tmp") return;
    if (file && name != RunLock::kFile && (mine(name) || is_orphan(name, mine)))
      files.push_back(entry.path());
    else if (foreign.empty())
      foreign = name;
  }
};

// Errors: the contents must not be replaced.
Contents replaceable(const std::string& path) {
  check(fs::is_directory(path), path, ": is a file; --out takes a folder");
  Contents found(path);
  check(!found.config || !found.checkpoint, path, ": already holds a run; resume it with --resume ",
        path, ", or choose another --out");
  if (found.foreign.empty() && found.checkpoint) found.foreign = kCheckpoint;
  if (found.foreign.empty() && !found.config && !found.files.empty())
    found.foreign = found.files.front().filename();
  check(found.foreign.empty(), path, ": holds ", found.foreign,
        ", which is not part of an unfinished run; choose a new or empty folder for --out");
  return found;
}

}  // namespace

void RunDirectory::check_free(const std::string& path) {
  if (fs::exists(fs::symlink_status(path))) replaceable(path);
}

RunDirectory RunDirectory::create(const std::string& path, const training::Config& config) {
  check_free(path);
  engine::make_folders(path);
  RunDirectory run(path);
  run.lock();
  const Contents found = replaceable(path);  // another process may have come first
  // config.json stays until it is replaced: without it the rest would not be a run.
  for (const fs::path& file : found.files)
    if (file.filename() != kConfig) fs::remove(file);
  run.replaces_ = found.config;
  remove_orphans(path);
  run.write_config(config);
  run.make_samples_folder();
  return run;
}

RunDirectory RunDirectory::create_numbered(const std::string& preset, const std::string& data,
                                           const training::Config& config) {
  for (int n = 1;; ++n) {
    const std::string path = "runs/" + preset + "-" + data + "-" + std::to_string(n);
    if (!fs::exists(path) && engine::make_folders(path)) return create(path, config);
  }
}

RunDirectory RunDirectory::open(const std::string& path) {
  RunDirectory run(path);
  check(fs::is_directory(path), path, ": is not the folder of a run; pass one, such as runs/...");
  check(fs::exists(run.config_file()), path, ": holds no config.json; pass the folder of a run");
  for (const fs::directory_entry& entry : entries(path)) {
    const std::string name = entry.path().filename();
    check(!is_of_run(name) || !entry.exists() || entry.is_regular_file(), entry.path().string(),
          ": is not a regular file");
  }
  return run;
}

RunDirectory RunDirectory::resume(const std::string& path) {
  RunDirectory run = open(path);
  run.lock();
  // Checks everything that the logs read before a resumed run changes anything.
  for (const fs::directory_entry& entry : entries(path))
    if (is_of_run(entry.path().filename())) engine::InputFile(entry.path().string());
  const std::string samples = path + "/" + kSamples;
  if (fs::exists(fs::symlink_status(samples))) {
    check(fs::is_directory(samples), samples,
          ": is not a directory, where a run keeps its sample grids");
    const int refused = ::access(samples.c_str(), R_OK | W_OK | X_OK) == 0 ? 0 : errno;
    check(refused == 0, samples, ": ", std::strerror(refused),
          "; a resumed run writes its sample grids there");
    for (const fs::directory_entry& entry : entries(samples))
      check(!is_grid(entry.path().filename()) || entry.is_regular_file(), entry.path().string(),
            ": is not a regular file; move it away");
  }
  remove_orphans(path);
  return run;
}

std::string RunDirectory::samples(Index step) const {
  char name[32];
  std::snprintf(name, sizeof(name), "%06lld.png", static_cast<long long>(step));
  return path_ + "/" + kSamples + "/" + name;
}

bool RunDirectory::has_checkpoint() const { return fs::exists(checkpoint()); }

training::Config RunDirectory::config() const {
  const training::Config config = training::from_json(read_config(config_file()), config_file());
  try {
    validate(config);
  } catch (const engine::Error& error) {
    engine::fail(config_file(), ": ", error.what());
  }
  return config;
}

void RunDirectory::write_config(const training::Config& config) const {
  engine::write_file(config_file(), to_json(config));
}

void RunDirectory::make_samples_folder() const { engine::make_folders(path_ + "/" + kSamples); }

void RunDirectory::remove_samples_after(Index step) const {
  for (const fs::directory_entry& entry : entries(path_ + "/" + kSamples))
    if (step_of_grid(entry.path().filename()).value_or(0) > step) fs::remove(entry.path());
}

}  // namespace gan::run
