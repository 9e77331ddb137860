// Fuzz target: the bytes as config.json. Settings that are accepted are written and read the same.
#include "gan/training/config.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  const gan::training::Config config = gan::training::from_json(std::string(bytes), "fuzz");
  gan::training::validate(config);
  const std::string text = gan::training::to_json(config);
  if (gan::training::to_json(gan::training::from_json(text, "fuzz")) != text) __builtin_trap();
}
