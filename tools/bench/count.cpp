// bench count: launches, bytes and FLOP of a training iteration on CUDA, without a GPU. The emulated
// device that counts them is for tests, and a program of its own (tests/cuda_emulation/count.cpp).
#include <unistd.h>

#include <cstdlib>

#include "engine/check.h"
#include "engine/threads.h"
#include "gan/training/presets.h"
#include "tools/bench/benchmarks.h"

namespace bench {

void count(const Options& options, bool json) {
  gan::training::Config config = gan::training::find_preset(options.preset).config();
  std::vector<std::string> words = {KANTOR_COUNT_PROGRAM, json ? "json" : "table", options.preset};
  for (const std::string& setting : options.settings) {
    gan::training::set(config, setting);
    words.push_back(setting);
  }
  gan::training::validate(config);  // here, so that errors carry this program's name
  setenv("OMP_NUM_THREADS", std::to_string(engine::threads()).c_str(), 1);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(pointers.front(), pointers.data());
  engine::fail(
      "count: ", words.front(),
      " cannot be started: it is built with the tests (-DBUILD_TESTING=ON, without sanitizers)");
}

}  // namespace bench
