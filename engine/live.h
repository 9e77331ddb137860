// Live: a small value that the host computes and that may differ in every replay of a captured step
// (capture.h): the random counter, Adam's corrections. Outside a captured step it is the plain
// value; inside one, kernels read it from a slot on the device that is filled before each replay.
#pragma once

#include <type_traits>

#include "engine/real.h"

namespace engine {

template <class T>
struct Live {
  static_assert(std::is_trivially_copyable_v<T>);
  T now{};
  const T* slot = nullptr;  // device memory, in a captured step

  Live() = default;
  Live(const T& value) : now(value) {}  // NOLINT: a plain value is the common case
  KANTOR_DEVICE T get() const { return slot ? *slot : now; }
};

}  // namespace engine
