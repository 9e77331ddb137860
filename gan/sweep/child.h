// Child: a piece of work in a process of its own, which may crash, run out of memory or be stopped
// without harm to the others. What it says on stderr goes into a file.
//
//   Child child([&] { ...; return 0; }, "log.txt");
//   while (!child.ended()) ...                      // 0 done, else failed: see last_line()
//
// The process is a copy of this one (fork), in which `work` runs; its result is the exit status,
// that of an error 1, after a line that says why. It must be started before this process computes
// anything: threads of a backend do not survive a copy. An interrupt of the terminal does not reach
// it, interrupt() does; it is also sent where this process dies. Its standard input is empty.
// Errors: the system starts no more processes; the file cannot be written.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

namespace gan::sweep {

class Child {
 public:
  Child(const std::function<int()>& work, std::string log);
  ~Child();  // interrupts it, and waits
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;

  std::optional<int> ended();  // the exit status, once it has; 128 + n where signal n ended it
  int wait();
  void interrupt();               // asks it to stop, once
  std::string last_line() const;  // of what it said

 private:
  std::string log_;
  pid_t process_ = -1;
  std::optional<int> status_;
  bool interrupted_ = false;
};

// A number for each child, which it writes and this process reads.
class SharedCounters {
 public:
  explicit SharedCounters(std::size_t count);
  ~SharedCounters();
  SharedCounters(const SharedCounters&) = delete;
  SharedCounters& operator=(const SharedCounters&) = delete;

  void set(std::size_t i, long long value);
  long long get(std::size_t i) const;

 private:
  std::size_t bytes_;
  void* memory_;
};

}  // namespace gan::sweep
