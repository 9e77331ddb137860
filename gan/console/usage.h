// UsageError: an invalid request (exit status 2), as opposed to valid work that failed
// (engine::Error, exit status 1).
#pragma once

#include "engine/check.h"

namespace gan::console {

class UsageError : public engine::Error {
 public:
  using Error::Error;
};

// Runs `read`, which parses user input, and turns its errors into usage errors.
template <class Read>
auto from_user(Read read) {
  try {
    return read();
  } catch (const engine::Error& error) {
    throw UsageError(error.what());
  }
}

}  // namespace gan::console
