// What tools/gpu_check knows of the CUDA backend by name.
#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <utility>

#include "engine/file.h"
#include "tests/support/paths.h"

namespace {

using Names = std::set<std::string>;

// The kernels that call block_memory: the last before a call or, where a function above all kernels
// calls it, the first.
Names with_shared_memory(const std::string& source) {
  Names found;
  const std::regex either(R"((\w+_kernel)\(|block_memory<)");
  std::string kernel;
  bool above = false;
  for (std::sregex_iterator i(source.begin(), source.end(), either), end; i != end; ++i) {
    const bool call = !(*i)[1].matched;
    if (!call) kernel = (*i)[1];
    if (call && kernel.empty()) above = true;
    if (!kernel.empty() && (call || std::exchange(above, false))) found.insert(kernel);
  }
  return found;
}

}  // namespace

TEST_CASE("gpu_check: racecheck looks at every kernel with shared memory") {
  const std::string root = kSourceDir;
  Names kernels;
  for (const auto& entry : std::filesystem::directory_iterator(root + "/engine/cuda")) {
    const std::string ending = entry.path().extension();
    if (ending == ".cu" || ending == ".h")
      kernels.merge(with_shared_memory(engine::read_file(entry.path())));
  }
  CHECK(kernels.size() >= 8);
  const std::string phases = engine::read_file(root + "/tools/gpu/phases.sh");
  const std::size_t at = phases.find("with_shared_memory=(");
  REQUIRE(at != std::string::npos);
  const std::string list = phases.substr(at, phases.find(')', at) - at);
  const std::regex word(R"(\w+_kernel)");
  const std::sregex_token_iterator first(list.begin(), list.end(), word), end;
  CHECK(Names(first, end) == kernels);
}
