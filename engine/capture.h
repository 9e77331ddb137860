// capture: a training step as one replayable thing. A step is static: it reads no value back and
// always does the same work on the same addresses. A device that can (a CUDA graph) records it at
// its third call and replays it from then on; the CPU calls the function.
//   auto step = capture([&] { ... });
//   for (...) step();
//
// A replay does not run the function, so what the host computes anew for each step goes through
// `live` and `live_tensor`: their functions are called again, in order, before each replay. Random
// draws, optimizers and loaders do so by themselves. A tensor that the step assigns keeps its
// address: after a replay it holds the values of that replay.
// The second call is watched: if it reads a value back, or sends values to the device outside
// `live_tensor`, the step is never recorded, and a note on stderr says why. So it is if the
// recording itself fails (no memory left, a refusal of CUDA). Nothing was done by then: the step is
// called once more in its place, and is given the live values that the recording had been given.
// Errors: whatever the step itself throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/check.h"
#include "engine/live.h"
#include "engine/tensor.h"

namespace engine {

// A step could not be recorded; to call it may succeed.
class NotRecorded : public Error {
 public:
  using Error::Error;
};

class Captured {
 public:
  explicit Captured(std::function<void()> step);
  ~Captured();
  Captured(Captured&&) noexcept;
  Captured& operator=(Captured&&) noexcept;

  void operator()();
  bool replays() const;  // whether calls replay a recording by now
  // Why the step is called every time; empty while it is, or may yet be, recorded.
  const std::string& why_not() const { return why_not_; }

 private:
  struct Record;
  void watch();
  void record();
  void refuse(const std::string& why);
  std::function<void()> step_;
  Backend* device_ = nullptr;  // that the counts and the record belong to
  int calls_ = 0;
  std::string why_not_;
  Index live_elements_ = 0;  // that a call asks for
  std::unique_ptr<Record> record_;
};

inline Captured capture(std::function<void()> step) { return Captured(std::move(step)); }

// Whether a step is being recorded on this thread.
bool capturing();

// Says that the work at hand `why` cannot be recorded: a note for the step being watched. Errors:
// NotRecorded in a step that is being recorded (it was none that always does the same).
void not_recordable(const char* why);

// Captured steps that began or ended on a recording device. What is kept from one moment to a later
// one with the same number may be used again; otherwise a replay may have passed it by.
std::uint64_t capture_epoch();
// Whether what was enqueued in that epoch was never done: it was recorded, and the recording
// failed.
bool never_done(std::uint64_t epoch);

// Says that a step needs a slot of so many bytes, should it come to be recorded.
void note_live(std::size_t bytes);

// A place on the device for `bytes` bytes that `make(host)` writes before each replay, now holding
// `bytes` from `first`. Only while capturing.
const void* live_slot(std::size_t bytes, const void* first, std::function<void(void*)> make);

// In a call in place of a recording that failed: the next value which that was given.
std::optional<std::span<const Real>> given_before(std::size_t bytes);

// The value make() has now and, in a captured step, in each replay.
template <class T, class Make>
Live<T> live(Make make) {
  Live<T> value;
  if (const auto before = given_before(sizeof(T))) {
    std::memcpy(static_cast<void*>(&value.now), before->data(), sizeof(T));
  } else {
    value.now = make();
  }
  if (!capturing()) {
    note_live(sizeof(T));
  } else {
    value.slot = static_cast<const T*>(
        live_slot(sizeof(T), &value.now, [make](void* host) { *static_cast<T*>(host) = make(); }));
  }
  return value;
}

// A tensor of the values that make() shows now and, in a captured step, in each replay. They must
// stay where they are until make is called again.
Tensor live_tensor(const Shape& shape, std::function<std::span<const Real>()> make);

}  // namespace engine
