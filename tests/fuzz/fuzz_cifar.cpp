// Fuzz target: the bytes as CIFAR-10's test batch.
#include "datasets/dataset.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  folder().write("test_batch.bin", std::string(bytes));
  (void)datasets::open("cifar10:" + folder().path(), {.resize = 8, .test = true});
}
