// Settings that a run changes when it is resumed, and the record of them: changes.json,
//
//   [ {"step": 500, "key": "g.lr", "old": 0.0002, "new": 0.0001} ]
//
// An entry says that the steps after `step` used the new value. Entries come from comparing the
// settings in the checkpoint with those of the resumed run, so a kill loses none. `steps` is left
// out: it changes nothing that is computed. Errors: a setting that is fixed, with the reason; a
// changes.json that cannot be read.
#pragma once

#include <string>
#include <vector>

#include "gan/training/config.h"

namespace gan::run {

using engine::Index;

struct Change {
  std::string key, before, after;  // the values as JSON
};

std::vector<Change> changes(const training::Config& before, const training::Config& after);

// Adds changes at `step` to a record, replacing its entries for this step and later ones.
void record(const std::string& path, Index step, const training::Config& settings,
            const std::vector<Change>& changes);

}  // namespace gan::run
