// Fuzz target: the bytes as key=value of --set. A value that is accepted goes through config.json.
#include "gan/training/config.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  gan::training::Config config;
  gan::training::set(config, std::string(bytes));
  gan::training::validate(config);
  const std::string text = gan::training::to_json(config);
  if (gan::training::to_json(gan::training::from_json(text, "fuzz")) != text) __builtin_trap();
}
