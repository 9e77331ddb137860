// Seeds: small good inputs to start fuzzing from, for each target, by name of file. All are made
// here, but for the ONNX models, which Debian's libonnx-testdata installs.
#pragma once

#include <map>
#include <string>

using Seeds = std::map<std::string, std::string>;

// A graph for each kind of op.
Seeds tensorflow_seeds();
