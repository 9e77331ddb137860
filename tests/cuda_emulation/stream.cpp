#include "stream.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "memory.h"

namespace {

CUstream_st& default_stream() {
  static CUstream_st stream;
  return stream;
}
// Never destroyed: backends that live as long as the program come back at its end.
auto& streams = *new std::vector<std::unique_ptr<CUstream_st>>;
std::vector<std::pair<void*, std::size_t>> sent;  // from pinned memory
std::string refused_call;                         // for refuse()
int refused_after = 0;

}  // namespace

struct CUevent_st {
  CUstream_st* stream = nullptr;
  long after = 0;  // so many pieces of its stream's work
};
struct CUgraph_st {
  emulation::WorkList work;
};
struct CUgraphExec_st {
  std::shared_ptr<const emulation::WorkList> work;
};

namespace emulation {

CUstream_st* find_stream(cudaStream_t stream) {
  if (!stream) return &default_stream();
  const auto found = std::find_if(streams.begin(), streams.end(),
                                  [&](const auto& s) { return s.get() == stream; });
  return found == streams.end() ? nullptr : found->get();
}

bool capturing() {
  return std::any_of(streams.begin(), streams.end(), [](const auto& s) { return !!s->captured; });
}

bool capturing_strictly() {
  return std::any_of(streams.begin(), streams.end(),
                     [](const auto& s) { return s->captured && !s->relaxed; });
}

void met_in_capture(cudaStream_t handle, const std::string& what) {
  const CUstream_st* stream = find_stream(handle);
  if (habits().captures && stream && stream->captured)
    fault(what + " is first met inside a capture");
}

cudaError_t not_in_capture(const char* call) {
  for (const auto& s : streams)
    if (s->captured) s->capture_broken = true;
  std::fprintf(stderr, "emulation: %s cannot be captured\n", call);
  return answer(cudaErrorStreamCaptureUnsupported);
}

void refuse(const std::string& call, int skip) {
  refused_call = call;
  refused_after = skip;
}
bool refusing() { return !refused_call.empty(); }

bool refused(const char* call) {
  if (refused_call != call || refused_after-- > 0) return false;
  refused_call.clear();
  return true;
}

void finish(CUstream_st& stream, long until) {
  while (stream.finished < until && !stream.waiting.empty()) {
    const Work work = std::move(stream.waiting.front());
    stream.waiting.pop_front();
    ++stream.finished;
    if (!failed()) work();
  }
}

void finish_all() {
  for (const auto& s : streams) finish(*s, s->enqueued);
}

void note_sent(const void* from, std::size_t bytes) {
  if (habits().pinned && is_pinned(from, bytes)) sent.emplace_back(const_cast<void*>(from), bytes);
}

void scramble_sent() {
  for (const auto& [place, bytes] : sent) std::memset(place, kNoise, bytes);
  sent.clear();
}

// Some of what waits, at random.
void run_some(CUstream_st& stream) {
  static std::minstd_rand random(1);
  if (random() % 4 != 0) return;
  const long waiting = stream.enqueued - stream.finished;
  finish(stream, stream.finished + 1 + static_cast<long>(random()) % waiting);
}

void forget_work() {
  for (const auto& s : streams) {
    s->waiting.clear();
    s->finished = s->enqueued;
  }
}

cudaError_t enqueue(cudaStream_t handle, Work work) {
  CUstream_st* stream = find_stream(handle);
  if (!stream) return answer(cudaErrorInvalidResourceHandle);
  if (stream->captured) {
    stream->captured->push_back(std::move(work));
    return answer(cudaSuccess);
  }
  if (handle == nullptr) {
    if (capturing()) {
      not_in_capture("work on the default stream");
      return answer(cudaErrorStreamCaptureImplicit);
    }
    for (const auto& s : streams)
      if (s->blocking || !habits().ordering) finish(*s, s->enqueued);
    if (!failed()) work();
    return answer(cudaSuccess);
  }
  // A test that never waits must not fill the memory of the host.
  constexpr std::size_t kMost = 1 << 14;
  if (stream->waiting.size() >= kMost) finish(*stream, stream->enqueued);
  stream->waiting.push_back(std::move(work));
  ++stream->enqueued;
  if (habits().moments) run_some(*stream);
  return answer(cudaSuccess);
}

}  // namespace emulation

using emulation::answer;
using emulation::find_stream;

// --- Streams ---------------------------------------------------------------------------------

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  streams.push_back(std::make_unique<CUstream_st>());
  streams.back()->blocking = (flags & cudaStreamNonBlocking) == 0;
  *stream = streams.back().get();
  return answer(cudaSuccess);
}
cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  CUstream_st* stream = find_stream(handle);
  if (!stream || !handle) return answer(cudaErrorInvalidResourceHandle);
  emulation::finish(*stream, stream->enqueued);
  std::erase_if(streams, [&](const auto& s) { return s.get() == stream; });
  return answer(cudaSuccess);
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  CUstream_st* stream = find_stream(handle);
  if (!stream) return answer(cudaErrorInvalidResourceHandle);
  if (emulation::capturing()) return emulation::not_in_capture("cudaStreamSynchronize");
  ++emulation::count().synchronizations;
  emulation::finish(*stream, stream->enqueued);
  return answer(cudaSuccess);
}

cudaError_t cudaDeviceSynchronize() {
  if (emulation::capturing()) return emulation::not_in_capture("cudaDeviceSynchronize");
  ++emulation::count().synchronizations;
  emulation::finish_all();
  return answer(cudaSuccess);
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
  const CUstream_st* stream = find_stream(handle);
  if (!stream) return answer(cudaErrorInvalidResourceHandle);
  if (stream->captured) return emulation::not_in_capture("cudaStreamQuery");
  return answer(stream->waiting.empty() ? cudaSuccess : cudaErrorNotReady);
}

// --- Events ----------------------------------------------------------------------------------

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new CUevent_st;
  return answer(cudaSuccess);
}
cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return cudaEventCreateWithFlags(event, cudaEventDefault);
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return answer(cudaSuccess);
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle) {
  CUstream_st* stream = find_stream(handle);
  if (!stream) return answer(cudaErrorInvalidResourceHandle);
  if (stream->captured) return emulation::not_in_capture("an event");
  event->stream = stream;
  event->after = stream->enqueued;
  return answer(cudaSuccess);
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (emulation::capturing()) return emulation::not_in_capture("cudaEventSynchronize");
  if (event->stream) emulation::finish(*event->stream, event->after);
  emulation::scramble_sent();
  return answer(cudaSuccess);
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  const bool done = !event->stream || event->stream->finished >= event->after;
  return answer(done ? cudaSuccess : cudaErrorNotReady);
}

// There is no time here that would mean anything: a millisecond for any distance.
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  if (!from->stream || !to->stream) return answer(cudaErrorInvalidResourceHandle);
  if (cudaEventQuery(to) != cudaSuccess) return answer(cudaErrorNotReady);
  *milliseconds = 1;
  return answer(cudaSuccess);
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  if (!event->stream) return answer(cudaSuccess);
  return emulation::enqueue(
      stream, [on = event->stream, after = event->after] { emulation::finish(*on, after); });
}

// --- Capture and graphs ----------------------------------------------------------------------

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  CUstream_st* stream = find_stream(handle);
  if (!stream) return answer(cudaErrorInvalidResourceHandle);
  if (!handle) return emulation::not_in_capture("the default stream");
  if (stream->captured) return answer(cudaErrorInvalidValue);
  if (emulation::refused("cudaStreamBeginCapture"))
    return answer(cudaErrorStreamCaptureUnsupported);
  stream->captured = std::make_unique<emulation::WorkList>();
  stream->capture_broken = false;
  stream->relaxed = mode == cudaStreamCaptureModeRelaxed;
  return answer(cudaSuccess);
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
  CUstream_st* stream = find_stream(handle);
  if (!stream || !stream->captured) return answer(cudaErrorStreamCaptureUnmatched);
  const auto captured = std::move(stream->captured);
  *graph = nullptr;
  if (emulation::refused("cudaStreamEndCapture") || stream->capture_broken)
    return answer(cudaErrorStreamCaptureInvalidated);
  *graph = new CUgraph_st{std::move(*captured)};
  return answer(cudaSuccess);
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
  const CUstream_st* stream = find_stream(handle);
  if (!stream) return answer(cudaErrorInvalidResourceHandle);
  *status = !stream->captured        ? cudaStreamCaptureStatusNone
            : stream->capture_broken ? cudaStreamCaptureStatusInvalidated
                                     : cudaStreamCaptureStatusActive;
  return answer(cudaSuccess);
}

// Every capture keeps the mode that it began with.
cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode*) {
  return answer(cudaSuccess);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long) {
  if (emulation::refused("cudaGraphInstantiate")) return answer(cudaErrorMemoryAllocation);
  *executable = new CUgraphExec_st{std::make_shared<emulation::WorkList>(graph->work)};
  return answer(cudaSuccess);
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t*, std::size_t* count) {
  *count = graph->work.size();
  return answer(cudaSuccess);
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  if (emulation::capturing()) return emulation::not_in_capture("the launch of a graph");
  if (emulation::refused("cudaGraphLaunch")) return answer(cudaErrorMemoryAllocation);
  ++emulation::count().graph_launches;
  return emulation::enqueue(stream, [work = executable->work] {
    for (const emulation::Work& piece : *work)
      if (!emulation::failed()) piece();
  });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return answer(cudaSuccess);
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return answer(cudaSuccess);
}
