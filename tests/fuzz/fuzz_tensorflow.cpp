// Fuzz target: the bytes as a TensorFlow file.
#include <cstddef>
#include <cstdint>

#include "engine/graph/wire.h"
#include "tests/fuzz/exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    (void)engine::graph::format_of(bytes);
    exercise(engine::graph::read_tensorflow(bytes, "fuzz"));
  } catch (const engine::Error&) {  // one line, as every bad file gets
  }
  return 0;
}
