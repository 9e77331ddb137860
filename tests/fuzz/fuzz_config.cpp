// Fuzz target: the bytes as config.json. Settings that are accepted are written and read the same.
#include "gan/config.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  const gan::Config config = gan::from_json(std::string(bytes), "fuzz");
  gan::validate(config);
  const std::string text = gan::to_json(config);
  if (gan::to_json(gan::from_json(text, "fuzz")) != text) __builtin_trap();
}
