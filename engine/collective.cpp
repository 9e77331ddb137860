#include "engine/collective.h"

#include <cstdlib>
#include <utility>

namespace engine {
namespace {

class Alone : public Collective {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void sum(std::span<float>) override {}
  void sum(std::span<double>) override {}
  void broadcast(std::span<char>) override {}
  void barrier() override {}
  [[noreturn]] void abort(int status) override { std::exit(status); }
};

Alone alone;
std::unique_ptr<Collective> joined;

// A whole number of the environment, or -1.
int number(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return -1;
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  return *end == '\0' ? static_cast<int>(value) : -1;
}

}  // namespace

Launch launch() {
  constexpr struct {
    const char *rank, *size;
  } kVariables[] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},  // Open MPI
                    {"PMI_RANK", "PMI_SIZE"},                          // MPICH, Slurm with PMI
                    {"PMIX_RANK", "SLURM_NTASKS"}};                    // Slurm with PMIx
  for (const auto& [rank, size] : kVariables)
    if (number(rank) >= 0 && number(size) > 0) return {number(rank), number(size)};
  return {};
}

Collective& processes() {
  if (joined) return *joined;
  return alone;
}

void join_processes(std::unique_ptr<Collective> others) { joined = std::move(others); }

void leave_processes() { joined.reset(); }

}  // namespace engine
