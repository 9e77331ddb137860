// Child: work in a separate process, which may crash, run out of memory or be stopped without
// affecting others. Its stderr goes to a file.
//
//   Child child([&] { ...; return 0; }, "log.txt");
//   while (!child.ended()) ...                      // 0 done, else failed: see last_line()
//
// The process is a fork of this one, in which `work` runs; its result is the exit status, 1 after
// an error, with a line that says why. Start it before this process computes anything, because
// threads of a backend do not survive a fork. An interrupt from the terminal does not reach it;
// interrupt() does, and it is also interrupted if this process dies. Its standard input is empty.
// Errors: the process cannot be started; the file cannot be written.
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

  std::optional<int> ended();  // the exit status, once it has ended; 128 + n after signal n
  int wait();
  void interrupt();               // asks it to stop, once
  std::string last_line() const;  // of what it said

 private:
  std::string log_;
  pid_t process_ = -1;
  std::optional<int> status_;
  bool interrupted_ = false;
};

// A number per child, which the child writes and this process reads.
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
