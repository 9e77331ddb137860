// Collective: communication between the processes of one run: a handful of verbs on host memory.
//
//   join_processes();                        // under mpirun; elsewhere nothing happens
//   processes().sum(gradients);              // on every process: the sum over all of them
//   if (processes().rank() == 0) write(...);
//
// All processes call the same verbs in the same order. A process that was started alone, or has not
// joined, is rank 0 of 1, and every verb returns at once. A process that waits in a verb yields its
// processor after a few milliseconds. Only the thread that joined may call verbs. A sum is
// bit-identical on all processes, and from run to run for the same number of processes. Errors:
// join_processes, if several processes were started but this build has no MPI. A failure inside a
// verb, such as a dead process, ends the program.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace engine {

class Collective {
 public:
  virtual ~Collective() = default;
  virtual int rank() const = 0;  // 0 to size() - 1
  virtual int size() const = 0;
  virtual void sum(std::span<float> x) = 0;
  virtual void sum(std::span<double> x) = 0;
  virtual void broadcast(std::span<char> bytes) = 0;  // copies rank 0's bytes to all
  virtual void barrier() = 0;
  // Ends all processes, including those that wait for this one.
  [[noreturn]] virtual void abort(int status) = 0;
};

// How this process was started: alone, or by mpirun or a scheduler, which set environment
// variables.
struct Launch {
  int rank = 0, size = 1;
  int local = 0;  // rank among those on this machine
};
Launch launch();
void forget_launch();  // before a process executes another program, for itself alone

Collective& processes();
// Joins through MPI if several processes were started; does nothing if they have already joined.
void join_processes();
void join_processes(std::unique_ptr<Collective> others);  // through another implementation
// The text that rank 0 gives, on all processes.
std::string text_of_first(std::string text);
// Waits for all others, which must leave as well; then this process is alone again.
void leave_processes();

}  // namespace engine
