// Fuzz target: the bytes as a safetensors file, and as a checkpoint.
#include "engine/serialize.h"
#include "gan/run/checkpoint.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  (void)gan::run::read_header(engine::load(folder().write("checkpoint", std::string(bytes))));
}
