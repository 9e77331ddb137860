// Fuzz target: the bytes as one of NumPy's arrays.
#include "gan/metrics/npy.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  (void)gan::metrics::parse_npy(std::string(bytes), "fuzz").doubles();
}
