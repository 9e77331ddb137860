#include "engine/collective.h"

#include <algorithm>
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

constexpr struct {
  const char *rank, *size, *local;
} kVariables[] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"},  // Open MPI
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"},      // MPICH, Slurm with PMI
    {"PMIX_RANK", "SLURM_NTASKS", "SLURM_LOCALID"}};  // Slurm with PMIx

}  // namespace

Launch launch() {
  for (const auto& [rank, size, local] : kVariables)
    if (number(rank) >= 0 && number(size) > 0)
      return {number(rank), number(size), std::max(0, number(local))};
  return {};
}

void forget_launch() {
  for (const auto& [rank, size, local] : kVariables)
    for (const char* name : {rank, size, local}) unsetenv(name);
}

Collective& processes() {
  if (joined) return *joined;
  return alone;
}

void join_processes(std::unique_ptr<Collective> others) { joined = std::move(others); }

std::string text_of_first(std::string text) {
  std::size_t size = text.size();
  processes().broadcast({reinterpret_cast<char*>(&size), sizeof size});
  text.resize(size);
  processes().broadcast(text);
  return text;
}

void leave_processes() { joined.reset(); }

}  // namespace engine
