#include "gan/run/machine_file.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/file.h"
#include "engine/version.h"

namespace gan::run {
namespace {

using Json = nlohmann::ordered_json;

// As Linux names it; "" where it does not.
std::string processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "";
}

}  // namespace

void write_machine(const std::string& path, const analysis::ProxyScorer* scorer) {
  Json json;
  std::istringstream lines(engine::version());  // a number, then lines "what   which"
  std::string version;
  std::getline(lines, version);
  json["version"] = version;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    json[line.substr(0, space)] = line.substr(line.find_first_not_of(' ', space));
  }
  json["processor"] = processor();
  json["device"] = engine::Device::current().name();
  if (scorer) json["scorer"] = scorer->name() + ", SHA-256 " + scorer->sha256();
  engine::write_file(path, json.dump(2) + "\n");
}

std::map<std::string, std::string> read_machine(const std::string& path) {
  std::map<std::string, std::string> found;
  if (!std::filesystem::exists(path)) return found;
  const Json json = Json::parse(engine::read_file(path, 1 << 20), nullptr, false);
  if (!json.is_object()) return found;
  for (const auto& entry : json.items())
    if (entry.value().is_string()) found[entry.key()] = entry.value().get<std::string>();
  return found;
}

}  // namespace gan::run
