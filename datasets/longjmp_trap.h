// LongjmpTrap: calls C libraries that report errors by longjmp (libpng, libjpeg).
//   LongjmpTrap trap;                               // reached by the library's error callback,
//   if (!trap.run([&] { library_call(); }))         // which calls trap.spring("why")
//     engine::fail(path, ": ", trap.reason());
// A step given to run() must hold nothing with a destructor while the library runs: a longjmp skips
// the frames of the library and of the step, and no others.
#pragma once

#include <csetjmp>
#include <cstdio>

namespace datasets {

class LongjmpTrap {
 public:
  // False if the library gave up.
  template <class Step>
  bool run(Step step) {
    if (setjmp(landing_) != 0) return false;
    step();
    return true;
  }
  [[noreturn]] void spring(const char* reason) {
    std::snprintf(reason_, sizeof reason_, "%s", reason);
    std::longjmp(landing_, 1);
  }
  const char* reason() const { return reason_; }

 private:
  std::jmp_buf landing_ = {};
  char reason_[256] = "";
};

}  // namespace datasets
