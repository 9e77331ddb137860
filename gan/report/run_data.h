// RunData: what a report says about one run, read from its folder: settings, logs, grids of samples,
// spectra of its weights. Parts that are missing are empty, with a note.
// Cost: the logs and the checkpoint in memory, and the singular values of each reshaped kernel.
// Errors: no run; a config.json or a log that cannot be read.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gan/analysis/spectrum.h"
#include "gan/run/run_table.h"
#include "gan/training/config.h"

namespace gan::report {

using engine::Index;

struct RunData {
  std::string name, path;
  std::string group;  // runs of one group differ in their seed alone; in a sweep, its setting
  training::Config config;
  std::map<std::string, std::string> machine = {};
  std::string data_hash = {};  // of the images; "": not known
  Index step = 0;              // of its checkpoint
  std::string diverged = {};   // "step 12: d.0.weight is not finite"
  run::RunTable log = {}, gradients = {}, audits = {};
  std::vector<std::pair<Index, std::string>> grids = {};  // step and file, in order
  int image_height = 0, image_width = 0;
  std::vector<analysis::Spectrum> spectra = {};
};

RunData read_run(const std::string& path, const std::string& name, bool with_spectra,
                 std::vector<std::string>& notes);

// A grid that gan train made, with `rows` rows of its images at their own size, as a PNG; the whole
// file where it is another picture.
std::string cropped_grid(const std::string& file, int height, int width, int rows);

}  // namespace gan::report
