// The line of progress: how much time is left, where that is known.
#include "gan/console/progress.h"

#include <doctest/doctest.h>

#include <limits>

TEST_CASE("progress: time left in minutes or hours, and nothing before it is known") {
  using gan::console::time_left;
  CHECK(time_left(125.4) == "  2m05s left");
  CHECK(time_left(2 * 3600 + 5 * 60) == "  2h05m left");
  CHECK(time_left(-1) == "  0m00s left");
  CHECK(time_left(std::numeric_limits<double>::infinity()) == "");
  CHECK(time_left(std::numeric_limits<double>::quiet_NaN()) == "");
  CHECK(time_left(1e300) == "");
}
