// What a fuzz target is: fuzz_NAME.cpp defines fuzz(), which reads the bytes as every user's file
// is read. Only engine::Error may come out; entry.cpp is libFuzzer's way in, and expects that.
#pragma once

#include <string>
#include <string_view>

#include "tests/datasets/scratch.h"

void fuzz(std::string_view bytes);

// The folder for readers that take a path: under TMPDIR, the same for every input.
inline const Scratch& folder() {
  static const Scratch scratch;
  return scratch;
}
