// Fuzz target: the bytes as key=value of --set. A value that is accepted goes through config.json.
#include "gan/config.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  gan::Config config;
  gan::set(config, std::string(bytes));
  gan::validate(config);
  const std::string text = gan::to_json(config);
  if (gan::to_json(gan::from_json(text, "fuzz")) != text) __builtin_trap();
}
