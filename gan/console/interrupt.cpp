#include "gan/console/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <initializer_list>

namespace gan::console {
namespace {

volatile sig_atomic_t seen = 0;
timespec first;
const char* answer = "";
bool ends = false;  // at the first

// One Ctrl-C may arrive twice: timeout(1) and some shells signal the process and then its group.
constexpr double kOneInterrupt = 0.3;  // seconds

void on_signal(int number) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!seen) {
    first = now;
    const int error = errno;
    [[maybe_unused]] const ssize_t said = write(STDERR_FILENO, answer, std::strlen(answer));
    errno = error;
    if (ends) _exit(1);
  }
  const double since = static_cast<double>(now.tv_sec - first.tv_sec) +
                       1e-9 * static_cast<double>(now.tv_nsec - first.tv_nsec);
  if (seen && since > kOneInterrupt) _exit(128 + number);
  seen = 1;
}

void handle_signals() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    sigaction(number, nullptr, &before);
    // Shells make background processes ignore SIGINT; there it is only sent on purpose.
    if (number == SIGHUP && before.sa_handler == SIG_IGN) continue;
    sigaction(number, &action, nullptr);
  }
}

}  // namespace

void catch_interrupts(const char* line) {
  answer = line;
  ends = false;
  handle_signals();
}

void end_on_interrupt(const char* last_words) {
  answer = last_words;
  ends = true;
  handle_signals();
}

bool interrupted() { return seen != 0; }

void outlive_readers() { signal(SIGPIPE, SIG_IGN); }

}  // namespace gan::console
