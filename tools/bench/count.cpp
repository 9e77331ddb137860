// bench count: launches, bytes and FLOP of a training iteration on CUDA, without a GPU. The emulated
// device that counts them is for tests, and a program of its own.
#include <unistd.h>

#include "engine/check.h"
#include "tools/bench/benchmarks.h"

namespace bench {

void count(const std::vector<std::string>& arguments) {
  std::string program = KANTOR_COUNT_PROGRAM;
  std::vector<char*> all = {program.data()};
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) all.push_back(argument.data());
  all.push_back(nullptr);
  execv(program.c_str(), all.data());
  engine::fail("count: ", program,
               " cannot be started: build it with cmake --build DIR --target bench_count");
}

}  // namespace bench
