// Copies between host and device, and filling. What the host owns in ordinary memory is copied at
// the call, as the runtime does; pinned memory is read and written when the copy's turn comes.
#include <memory>

#include "memory.h"
#include "stream.h"
#include "traffic.h"

using emulation::answer;
using emulation::Arena;

namespace {

// Whether each side is where the kind of copy says it is.
bool sides_fit(const void* to, const void* from, cudaMemcpyKind kind) {
  const Arena& arena = Arena::get();
  const bool to_device = arena.contains(to), from_device = arena.contains(from);
  switch (kind) {
    case cudaMemcpyHostToHost:
      return !to_device && !from_device;
    case cudaMemcpyHostToDevice:
      return to_device && !from_device;
    case cudaMemcpyDeviceToHost:
      return !to_device && from_device;
    case cudaMemcpyDeviceToDevice:
      return to_device && from_device;
    case cudaMemcpyDefault:
      return true;
  }
  return false;
}

void copy(void* to, const void* from, std::size_t bytes) {
  const Arena& arena = Arena::get();
  if (emulation::Traffic* traffic = emulation::counted("copy")) {
    if (arena.contains(from)) traffic->read += static_cast<double>(bytes);
    if (arena.contains(to)) traffic->written += static_cast<double>(bytes);
  }
  if (arena.contains(from) && !emulation::readable("a copy", from, bytes)) return;
  if (arena.contains(to) && !emulation::writable("a copy", to, bytes)) return;
  std::memmove(to, from, bytes);
  if (arena.contains(to)) emulation::note_sent(from, bytes);
}

}  // namespace

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (bytes == 0) return answer(cudaSuccess);
  if (!sides_fit(to, from, kind)) {
    std::fprintf(stderr, "emulation: a copy of kind %d is given other pointers\n", kind);
    return answer(cudaErrorInvalidValue);
  }
  const Arena& arena = Arena::get();
  const bool staged = !arena.contains(from) && !emulation::is_pinned(from, bytes);
  const bool awaited = !arena.contains(to) && !emulation::is_pinned(to, bytes);
  if ((staged || awaited) && emulation::capturing())
    return emulation::not_in_capture("a copy of host memory that is not pinned");
  if (staged) {
    const std::shared_ptr<char[]> now(new char[bytes]);
    std::memcpy(now.get(), from, bytes);
    return emulation::enqueue(stream, [to, now, bytes] { copy(to, now.get(), bytes); });
  }
  const cudaError_t error = emulation::enqueue(stream, [=] { copy(to, from, bytes); });
  if (!awaited || error != cudaSuccess) return error;
  ++emulation::count().synchronizations;
  emulation::finish(*emulation::find_stream(stream), emulation::find_stream(stream)->enqueued);
  return answer(cudaSuccess);
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  if (emulation::capturing()) return emulation::not_in_capture("cudaMemcpy");
  ++emulation::count().synchronizations;
  return cudaMemcpyAsync(to, from, bytes, kind, nullptr);
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  return emulation::enqueue(stream, [=] {
    if (emulation::Traffic* traffic = emulation::counted("memset"))
      traffic->written += static_cast<double>(bytes);
    if (emulation::writable("cudaMemset", to, bytes)) std::memset(to, value, bytes);
  });
}
cudaError_t cudaMemset(void* to, int value, std::size_t bytes) {
  if (emulation::capturing()) return emulation::not_in_capture("cudaMemset");
  return cudaMemsetAsync(to, value, bytes, nullptr);
}
