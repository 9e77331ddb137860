// machine.json: with what a run was made last, for its report: the program's version, compiler,
// instructions and processor, the device, and the scorer with its SHA-256.
// Errors: a file that cannot be written.
#pragma once

#include <map>
#include <string>

#include "gan/analysis/proxy_score.h"

namespace gan::run {

void write_machine(const std::string& path, const analysis::ProxyScorer* scorer);
// By what it is called there; nothing of a file that is missing or damaged.
std::map<std::string, std::string> read_machine(const std::string& path);

}  // namespace gan::run
