// Fuzz target: the bytes as one of NumPy's arrays or as a .npz of feature statistics.
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/check.h"
#include "gan/metrics/statistics_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  using namespace gan::metrics;
  try {
    (void)parse_npy(bytes, "fuzz").doubles();
  } catch (const engine::Error&) {  // one line, as every bad file gets
  }
  try {
    const Npz file(bytes, "fuzz");
    for (const std::string& name : file.names()) try {
        (void)file.array(name);
      } catch (const engine::Error&) {
      }
    (void)read_statistics(file);
  } catch (const engine::Error&) {
  }
  return 0;
}
