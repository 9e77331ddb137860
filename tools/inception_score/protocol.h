// The protocol of a set's scores: everything they depend on, as JSON and as lines.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tools/inception_score/score.h"

namespace inception_score {

using Json = nlohmann::ordered_json;

Json protocol_json(const SetReport& set, const Report& report, const Options& options);

std::string images_line(const SetReport& set);  // what is particular to one set
std::string common_lines(const Report& report, const Options& options);

std::string as_text(double number);  // seven digits, as torch-fidelity prints them

}  // namespace inception_score
