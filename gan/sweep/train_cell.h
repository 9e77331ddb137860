// train_cell: one cell of a sweep, in this process: an ordinary run, from its start or from where
// it was stopped, to its last step or until its minutes are over.
//
//   train_cell(cell.config, "sweeps/poster-k/01-toeplitz-k-1-seed0", 10, on_step);
//
// A cell is finished where its training has come to an end, which cell.json says, or to a value
// that is not finite, which diverged.json says: that is a result, too.
// Errors: the folder holds a run of other settings; those of a session, divergence among them.
#pragma once

#include <functional>
#include <string>

#include "gan/run/session.h"

namespace gan::sweep {

using engine::Index;

bool is_finished(const std::string& folder);

// Whether it is finished now; false: an interrupt came.
bool train_cell(const training::Config& config, const std::string& folder, double minutes,
                const std::function<void(Index step)>& on_step);

}  // namespace gan::sweep
