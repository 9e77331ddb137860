// capture: records a training step so that it can be replayed. A step is static: it reads no value
// back and always does the same work on the same addresses. On CUDA the third call captures the
// step as a CUDA graph and later calls replay it; the CPU calls the function.
//   auto step = capture([&] { ... });
//   for (...) step();
//
// A replay does not run the function, so values that the host recomputes for each step go through
// `live` and `live_tensor`: their functions are called again, in order, before each replay. Random
// draws, optimizers and loaders do this already. A tensor that the step assigns keeps its address:
// after a replay it holds the values of that replay.
// Host-side records of work on the device are `Noted` values.
//
// The second call is watched: if it reads a value back, or sends values to the device outside
// `live_tensor`, the step is never captured, and a notice (notice.h) says why. The same happens if
// the capture itself fails (out of memory, a CUDA error). Nothing of the step has run by then, so
// it is called as a function, with the live values of the capture. Errors: whatever the step itself
// throws.
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

// A step could not be captured; calling it may succeed.
class NotCaptured : public Error {
 public:
  using Error::Error;
};

// A step with its state: called, watched, captured, or replaying. See above.
class Captured {
 public:
  explicit Captured(std::function<void()> step);
  ~Captured();
  Captured(Captured&&) noexcept;
  Captured& operator=(Captured&&) noexcept;

  void operator()();
  bool replays() const;  // whether calls are replays by now
  // Why the step is not captured; empty if it is, or may yet be.
  const std::string& why_not() const { return why_not_; }

 private:
  struct Work;
  void watch();
  void capture();
  void refuse(const std::string& why);
  std::function<void()> step_;
  Backend* device_ = nullptr;  // that generation() and work_ belong to
  int calls_ = 0;
  std::string why_not_;
  Index live_elements_ = 0;     // live values that one call uses
  std::unique_ptr<Work> work_;  // the captured step; null until captured
};

inline Captured capture(std::function<void()> step) { return Captured(std::move(step)); }

// Whether a step is being captured on this thread.
bool capturing();

// Reports that the current work cannot be captured, with the reason `why`, for the step being
// watched. Errors: NotCaptured in a step being captured (it does not always do the same work).
void not_capturable(const char* why);

// Counts the beginnings and ends of captured steps on a capturing device. A result of another
// generation may since have been overwritten by a replay.
std::uint64_t generation();
bool undone(std::uint64_t generation);  // whether that capture failed, so that its work never ran

// A value in which the host records work on the device, such as whether a state has advanced. If
// the capture of that work fails, it reverts to its previous value.
template <class T>
class Noted {
 public:
  void operator=(T value) {
    if (set_in_ != generation()) before_ = *this;
    set_in_ = generation();
    value_ = value;
  }
  operator T() const { return undone(set_in_) ? before_ : value_; }  // NOLINT: it is read as a T

 private:
  T value_{}, before_{};
  std::uint64_t set_in_ = 0;
};

// Reports that the step will need a slot of this size if it is captured.
void note_live(std::size_t bytes);

// A slot of `bytes` bytes on the device that `make(host)` fills before each replay; it now holds
// the bytes at `first`. Only while capturing.
const void* live_slot(std::size_t bytes, const void* first, std::function<void(void*)> make);

// The next live value of a failed capture, in the call that replaces it; otherwise empty.
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

// A tensor of the values that make() returns now and, in a captured step, in each replay. They must
// stay valid until make is called again.
Tensor live_tensor(const Shape& shape, std::function<std::span<const Real>()> make);

}  // namespace engine
