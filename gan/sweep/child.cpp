#include "gan/sweep/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <sstream>
#include <utility>

#include "engine/check.h"
#include "engine/file.h"
#include "gan/console/printable.h"

namespace gan::sweep {
namespace {

// Blocks interrupts for the duration of a scope.
void allow_signals(bool allow) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(allow ? SIG_UNBLOCK : SIG_BLOCK, &all, nullptr);
}

// In the new process, which ends here.
[[noreturn]] void run_child(const std::function<int()>& work, int log, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGINT);
  if (getppid() != parent) _exit(1);  // it died before that
  const int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, SIG_DFL);
  allow_signals(true);
  int status = 1;
  try {
    status = work();
  } catch (const std::bad_alloc&) {
    console::note("out of memory; use fewer --jobs or a smaller batch");
  } catch (const std::exception& error) {
    console::note(error.what());
  }
  std::fflush(stderr);
  _exit(status);
}

}  // namespace

Child::Child(const std::function<int()>& work, std::string log) : log_(std::move(log)) {
  const int file = open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  engine::check(file >= 0, log_, ": cannot be written: ", std::strerror(errno));
  const pid_t parent = getpid();
  std::fflush(nullptr);  // otherwise the child would write it too
  allow_signals(false);  // until the fork has dropped this process's handlers
  process_ = fork();
  const int error = errno;
  if (process_ == 0) run_child(work, file, parent);
  allow_signals(true);
  close(file);
  engine::check(process_ > 0, "cannot start more processes: ", std::strerror(error),
                "; use fewer --jobs");
}

Child::Child(Child&& other) noexcept
    : log_(std::move(other.log_)),
      process_(std::exchange(other.process_, -1)),
      status_(other.status_),
      interrupted_(other.interrupted_) {}

Child::~Child() {
  if (process_ < 0 || status_) return;
  interrupt();
  wait();
}

std::optional<int> Child::ended() {
  int status = 0;
  if (!status_ && waitpid(process_, &status, WNOHANG) == process_)
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

int Child::wait() {
  constexpr useconds_t pause = 20'000;
  while (!ended()) usleep(pause);
  return *status_;
}

void Child::interrupt() {
  if (!std::exchange(interrupted_, true) && !status_) kill(process_, SIGINT);
}

std::string Child::last_line() const {
  std::istringstream in(engine::read_file(log_));
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) last = line;
  return last;
}

using Counter = std::atomic<long long>;
static_assert(Counter::is_always_lock_free);

SharedCounters::SharedCounters(std::size_t count)
    : bytes_((count + 1) * sizeof(Counter)),
      memory_(mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
  engine::check(memory_ != MAP_FAILED, "out of memory for ", count, " counters");
}
SharedCounters::~SharedCounters() { munmap(memory_, bytes_); }

// Memory from the system is zero: a counter of 0.
void SharedCounters::set(std::size_t i, long long value) {
  static_cast<Counter*>(memory_)[i] = value;
}
long long SharedCounters::get(std::size_t i) const { return static_cast<Counter*>(memory_)[i]; }

}  // namespace gan::sweep
