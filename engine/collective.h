// Collective: the processes that work on one run together, as a handful of verbs on host memory.
//
//   join_processes();                        // under mpirun; elsewhere nothing happens
//   processes().sum(gradients);              // on every process: the sum over all of them
//   if (processes().rank() == 0) write(...);
//
// All processes call the same verbs in the same order. A process that was started alone, or has not
// joined, is rank 0 of 1, and every verb returns at once. Who waits for a verb gives its processor
// away after a few milliseconds. Verbs belong to the thread that joined.
// A sum has the same bits on all processes, and the same ones again for the same number of them.
// Errors: join_processes where several processes were started and this build has no MPI. What fails
// inside a verb (a process that is gone) ends the program.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace engine {

class Collective {
 public:
  virtual ~Collective() = default;
  virtual int rank() const = 0;  // 0 to size() - 1
  virtual int size() const = 0;
  virtual void sum(std::span<float> x) = 0;
  virtual void sum(std::span<double> x) = 0;
  virtual void broadcast(std::span<char> bytes) = 0;  // those of rank 0, to all
  virtual void barrier() = 0;
  // Ends all processes, also those that wait for this one.
  [[noreturn]] virtual void abort(int status) = 0;
};

// How this process was started: by mpirun or a scheduler, as their variables say, or alone.
struct Launch {
  int rank = 0, size = 1;
};
Launch launch();

Collective& processes();
// On MPI, if several processes were started; nothing happens if they have joined already.
void join_processes();
void join_processes(std::unique_ptr<Collective> others);  // on anything else that has the verbs
// Waits for all others, which must leave as well; then this process is alone again.
void leave_processes();

}  // namespace engine
