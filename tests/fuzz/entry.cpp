// libFuzzer's entry point, for every target.
#include <cstddef>
#include <cstdint>

#include "engine/check.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    fuzz({reinterpret_cast<const char*>(data), size});
  } catch (const engine::Error&) {  // one line, as every bad file gets
  }
  return 0;
}
