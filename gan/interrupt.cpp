#include "gan/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <ctime>
#include <initializer_list>

namespace gan {
namespace {

volatile sig_atomic_t seen = 0;
timespec first;

// One Ctrl-C can arrive twice: timeout(1) and some shells signal the process and then its group.
constexpr double kOneInterrupt = 0.3;  // seconds

void on_signal(int number) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!seen) first = now;
  const double since = static_cast<double>(now.tv_sec - first.tv_sec) +
                       1e-9 * static_cast<double>(now.tv_nsec - first.tv_nsec);
  if (seen && since > kOneInterrupt) _exit(128 + number);
  seen = 1;
}

void handle(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
}

}  // namespace

void catch_interrupts() { handle(on_signal); }
void leave_interrupts() { handle(SIG_DFL); }

bool interrupted() { return seen != 0; }

}  // namespace gan
