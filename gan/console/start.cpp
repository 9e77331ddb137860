#include "gan/console/start.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>

namespace gan::console {
namespace {

// Idle threads spin this often (about 40 microseconds) before they sleep; libgomp's default is
// 300000. Measured with two threads on two cores of a Zen 5, sn-small, seconds and ms:
//   spins                            0     1000  2000  4000  300000  one thread
//   60 steps, quiet                  1.19  1.01        0.99    1.05        1.78
//   bench step, iteration, quiet           60.8  57.1  55.8    60.4
//   10 steps beside two busy loops   1.3   2.2   3.4   2.5     67          6.2
char spin_count[] = "GOMP_SPINCOUNT=2000";
char blas_threads[] = "OPENBLAS_NUM_THREADS=1";

// The names of the variables set, each followed by a space; also marks that they were set.
constexpr const char* kEntered = "KANTOR_ENTERED";
char entered[64] = "KANTOR_ENTERED=";

constexpr std::size_t kMost = 4096;  // a larger environment is left unchanged
char* environment_[kMost];

bool has(char** environment, const char* name) {
  const std::size_t length = std::strlen(name);
  for (; *environment != nullptr; ++environment)
    if (std::strncmp(*environment, name, length) == 0 && (*environment)[length] == '=') return true;
  return false;
}

// Runs before the constructors of all libraries, libc's included: plain arrays and system calls.
void before_libraries(int, char** arguments, char** environment) {
  if (has(environment, kEntered)) return;
  if (getauxval(AT_BASE) == 0)
    return;  // started through ld.so, which /proc/self/exe would then refer to
  std::size_t count = 0;
  for (; environment[count] != nullptr; ++count) {
    if (count + 4 >= kMost) return;
    environment_[count] = environment[count];
  }
  const auto enter = [&](char* assignment, const char* name) {
    environment_[count++] = assignment;
    std::strcat(std::strcat(entered, name), " ");
  };
  if (!has(environment, "GOMP_SPINCOUNT") && !has(environment, "OMP_WAIT_POLICY"))
    enter(spin_count, "GOMP_SPINCOUNT");
  if (!has(environment, "OPENBLAS_NUM_THREADS")) enter(blas_threads, "OPENBLAS_NUM_THREADS");
  environment_[count] = entered;
  environment_[count + 1] = nullptr;
  char program[4096];
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = '\0';
  execve(program, arguments, environment_);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*start)(int, char**, char**) = before_libraries;

}  // namespace

void restore_environment() {
  const char* names = std::getenv(kEntered);
  if (names == nullptr) return;
  std::istringstream in{std::string(names)};
  for (std::string name; in >> name;) unsetenv(name.c_str());
  unsetenv(kEntered);
}

void reserve_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) == -1)  // open() returns the lowest free descriptor: this one
      open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

}  // namespace gan::console
