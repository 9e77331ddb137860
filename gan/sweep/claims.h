// Claims: how any number of processes, on any machines that see the folder of a sweep, share its
// cells without knowing of each other. Whoever trains a cell holds the lock LOGS/<cell>.lock; the
// system takes it back from a process that dies, and the cell goes to the next that asks.
//
//   if (const Claim claim = claim_cell("sweeps/poster-k", cell.folder)) ...   // no one else has it
//
// A child that was forked meanwhile holds the claims of its parent until it ends as well.
// Errors: a lock that cannot be made (gan/run/run_lock.h).
#pragma once

#include <memory>
#include <string>

#include "gan/run/run_lock.h"

namespace gan::sweep {

using Claim = std::unique_ptr<const run::RunLock>;

// Empty while another process has the cell.
Claim claim_cell(const std::string& folder, const std::string& cell);

// The folder itself: for what one process does at a time. Waits for the one that has it; empty if an
// interrupt came meanwhile.
Claim claim_folder(const std::string& folder);

}  // namespace gan::sweep
