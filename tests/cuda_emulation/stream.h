// Streams, events and graphs: work is deferred until something waits for it.
#pragma once

#include <cuda_runtime.h>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "emulator.h"

namespace emulation {

using Work = std::function<void()>;
using WorkList = std::vector<Work>;

}  // namespace emulation

struct CUstream_st {
  std::deque<emulation::Work> waiting;
  long enqueued = 0, finished = 0;
  // While the stream captures: what would have been done.
  std::unique_ptr<emulation::WorkList> captured;
  bool capture_broken = false, relaxed = false;
  bool blocking = true;  // ordered with the default stream
};

namespace emulation {

// The stream, the default one for null; null for a handle that is not (or no longer) one.
CUstream_st* find_stream(cudaStream_t stream);

// Adds work to a stream, or to the graph it captures. The default stream runs at once, after all
// that waits anywhere.
cudaError_t enqueue(cudaStream_t stream, Work work);

bool capturing();           // whether any stream is
bool capturing_strictly();  // in a mode in which nothing may be allocated
// For calls that a capture cannot hold: ends the capture as broken, with this complaint.
cudaError_t not_in_capture(const char* call);
// For what a device prepares at its first use, which a capture may not be: with Habits::captures a
// fault, if this stream captures.
void met_in_capture(cudaStream_t stream, const std::string& what);

// Habits::pinned: what was sent to the device from pinned memory. It holds noise again once the host
// can know that it was sent.
void note_sent(const void* from, std::size_t bytes);
void scramble_sent();

bool refused(const char* call);  // whether this is the call that refuse() meant

void finish(CUstream_st& stream, long until);  // runs what waits, up to the until-th piece
void finish_all();
void forget_work();

Counts& count();

}  // namespace emulation
