// The switches of the emulated device, and where they come from.
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "emulator.h"

namespace emulation {
namespace {

struct Named {
  const char* name;
  bool Habits::*habit;
};
constexpr Named kHabits[] = {{"rounding", &Habits::rounding}, {"moments", &Habits::moments},
                             {"ordering", &Habits::ordering}, {"captures", &Habits::captures},
                             {"blocks", &Habits::blocks},     {"pinned", &Habits::pinned}};

Habits from_environment() {
  Habits habits;
  const char* text = std::getenv("KANTOR_EMULATION");
  std::istringstream names(text ? text : "");
  for (std::string name; std::getline(names, name, ',');) {
    bool known = false;
    for (const Named& n : kHabits)
      if (name == "all" || name == n.name) known = habits.*n.habit = true;
    if (known) continue;
    std::fprintf(stderr, "emulation: KANTOR_EMULATION: unknown switch '%s'\n", name.c_str());
    std::exit(2);
  }
  return habits;
}

}  // namespace

Habits& habits() {
  static Habits now = from_environment();
  return now;
}

}  // namespace emulation
