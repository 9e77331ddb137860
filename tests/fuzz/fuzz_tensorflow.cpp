// Fuzz target: the bytes as a TensorFlow file.
#include "engine/graph/wire.h"
#include "tests/fuzz/exercise.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  (void)engine::graph::format_of(bytes);
  exercise(engine::graph::read_tensorflow(bytes, "fuzz"));
}
