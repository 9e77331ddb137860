// Claims: let any number of processes, on any machines that see a sweep's folder, divide its cells
// among them without communicating. The process that trains a cell holds the lock logs/CELL.lock.
// If it dies, the system releases the lock, and the next process that asks gets the cell.
//
//   if (const Claim claim = claim_cell("sweeps/poster-k", cell.folder)) ...   // no one else has it
//
// A forked child also holds its parent's claims, until it ends. Errors: a lock that cannot be made
// (gan/run/run_lock.h).
#pragma once

#include <memory>
#include <string>

#include "gan/run/run_lock.h"

namespace gan::sweep {

using Claim = std::unique_ptr<const run::RunLock>;

// Empty while another process has the cell.
Claim claim_cell(const std::string& folder, const std::string& cell);

// The folder itself, for work that only one process may do at a time. Waits for the current holder;
// empty if interrupted meanwhile.
Claim claim_folder(const std::string& folder);

}  // namespace gan::sweep
