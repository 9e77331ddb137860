#include "gan/run_directory.h"

#include <cstdio>
#include <filesystem>

#include "engine/check.h"
#include "engine/file.h"

namespace gan {

namespace fs = std::filesystem;
using engine::check;

RunDirectory RunDirectory::create(const std::string& path, const Config& config) {
  RunDirectory run(path);
  check(!fs::exists(run.config_file()), path, ": holds a run ",
        run.has_checkpoint() ? "already; go on with --resume " + path
                             : "that never came to a checkpoint; remove it",
        ", or choose another --out");
  std::error_code error;
  fs::create_directories(path + "/samples", error);
  check(!error, path, ": the folder cannot be made: ", error.message());
  run.write_config(config);
  return run;
}

std::string RunDirectory::free_path(const std::string& preset, const std::string& data) {
  for (int n = 1;; ++n) {
    std::string path = "runs/" + preset + "-" + data + "-" + std::to_string(n);
    if (!fs::exists(path)) return path;
  }
}

RunDirectory RunDirectory::open(const std::string& path) {
  RunDirectory run(path);
  check(fs::is_directory(path), path, ": is no folder; give that of a run, such as runs/...");
  check(fs::exists(run.config_file()), path,
        ": holds no config.json; give the folder that gan train made");
  return run;
}

std::string RunDirectory::samples(Index step) const {
  char name[32];
  std::snprintf(name, sizeof(name), "%06lld.png", static_cast<long long>(step));
  return path_ + "/samples/" + name;
}

bool RunDirectory::has_checkpoint() const { return fs::exists(checkpoint()); }

Config RunDirectory::config() const {
  const Config config = from_json(engine::read_file(config_file()), config_file());
  try {
    validate(config);
  } catch (const engine::Error& error) {
    engine::fail(config_file(), ": ", error.what());
  }
  return config;
}

void RunDirectory::write_config(const Config& config) const {
  engine::write_file(config_file(), to_json(config));
}

}  // namespace gan
