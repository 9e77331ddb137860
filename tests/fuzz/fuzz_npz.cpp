// Fuzz target: the bytes as a .npz of feature statistics.
#include "engine/check.h"
#include "gan/metrics/statistics_file.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  const gan::metrics::Npz file(std::string(bytes), "fuzz");
  for (const std::string& name : file.names()) try {
      (void)file.array(name);
    } catch (const engine::Error&) {  // the other arrays may be good
    }
  (void)gan::metrics::read_statistics(file);
}
