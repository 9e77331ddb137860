// train_cell: trains one cell of a sweep in this process: an ordinary run, started or resumed, to
// its last step or its time limit.
//
//   train_cell(cell.config, "sweeps/poster-k/01-toeplitz-k-1-seed0", 10, on_step);
//
// A cell is finished once its training has ended (cell.json) or diverged (diverged.json), which is
// a result too. Errors: the folder holds a run with other settings; those of a session, including
// divergence.
#pragma once

#include <functional>
#include <string>

#include "gan/run/session.h"

namespace gan::sweep {

using engine::Index;

// In cell.json, beside the last step and the scorer's hash: the peak memory of the last process.
constexpr const char* kPeakMemory = "peak_memory_mib";

bool is_finished(const std::string& folder);

// Whether it is finished; false: interrupted.
bool train_cell(const training::Config& config, const std::string& folder, double minutes,
                const std::function<void(Index step)>& on_step);

}  // namespace gan::sweep
