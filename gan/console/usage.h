// UsageError: the caller asked for something that makes no sense (exit status 2), as opposed to
// work that was asked for properly and failed (engine::Error, exit status 1).
#pragma once

#include "engine/check.h"

namespace gan::console {

class UsageError : public engine::Error {
 public:
  using Error::Error;
};

// Runs `read`, which reads what the user typed: its complaints are usage errors.
template <class Read>
auto from_user(Read read) {
  try {
    return read();
  } catch (const engine::Error& error) {
    throw UsageError(error.what());
  }
}

}  // namespace gan::console
