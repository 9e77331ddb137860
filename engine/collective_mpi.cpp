// The verbs on MPI: Open MPI, MPICH and their kin.
#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "engine/check.h"
#include "engine/collective.h"

namespace engine {
namespace {

using Clock = std::chrono::steady_clock;

// Waits as the library does, busily, for as long as a step of training may take to come together;
// a process that waits longer (for a score, a checkpoint) sleeps between checks.
void wait(MPI_Request request) {
  constexpr auto kBusy = std::chrono::milliseconds(20);
  constexpr useconds_t kPause = 500;
  const Clock::time_point begin = Clock::now();
  for (int done = 0;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done) return;
    if (Clock::now() - begin > kBusy) usleep(kPause);
  }
}

class Mpi : public Collective {
 public:
  Mpi() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  ~Mpi() override {
    barrier();
    MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void sum(std::span<float> x) override { sum(x, MPI_FLOAT); }
  void sum(std::span<double> x) override { sum(x, MPI_DOUBLE); }

  void broadcast(std::span<char> bytes) override {
    in_pieces(bytes, [](std::span<char> piece, MPI_Request* request) {
      MPI_Ibcast(piece.data(), static_cast<int>(piece.size()), MPI_CHAR, 0, MPI_COMM_WORLD,
                 request);
    });
  }

  void barrier() override {
    MPI_Request request{};
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    wait(request);
  }

  [[noreturn]] void abort(int status) override {
    MPI_Abort(MPI_COMM_WORLD, status);
    _exit(status);
  }

 private:
  template <class Number>
  static void sum(std::span<Number> x, MPI_Datatype type) {
    in_pieces(x, [type](std::span<Number> piece, MPI_Request* request) {
      MPI_Iallreduce(MPI_IN_PLACE, piece.data(), static_cast<int>(piece.size()), type, MPI_SUM,
                     MPI_COMM_WORLD, request);
    });
  }

  // MPI counts in int.
  template <class Number, class Start>
  static void in_pieces(std::span<Number> x, const Start& start) {
    constexpr std::size_t kMost = std::numeric_limits<int>::max() / 2;
    for (std::size_t at = 0; at < x.size(); at += kMost) {
      MPI_Request request{};
      start(x.subspan(at, std::min(kMost, x.size() - at)), &request);
      wait(request);
    }
  }

  int rank_ = 0, size_ = 1;
};

}  // namespace

void join_processes() {
  if (processes().size() > 1 || launch().size == 1) return;
  auto joined = std::make_unique<Mpi>();
  check(joined->size() == launch().size, "started as one of ", launch().size,
        " processes, but MPI joined ", joined->size(),
        "; use the mpirun of the MPI library that this program was built with");
  join_processes(std::move(joined));
}

}  // namespace engine
