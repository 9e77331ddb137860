// Every case that has a definition gives what the definition gives, computed in double by loops.
#include <doctest/doctest.h>

#include "tests/cases/case.h"

using namespace tests;

TEST_CASE("forward: every op equals its definition") {
  int compared = 0;
  double worst = 0;
  for (const Case& c : cases()) {
    if (!c.definition) continue;
    CAPTURE(c.name);
    Instance f(c);
    const Hosts inputs(f.inputs().begin(), f.inputs().end());
    const double error = difference(f(), c.definition(inputs));
    CHECK(error < kClose);
    worst = std::max(worst, error);
    ++compared;
  }
  MESSAGE("forward: " << compared << " cases against definitions, worst relative error " << worst);
}
