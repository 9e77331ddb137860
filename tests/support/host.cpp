// What all comparisons rest on.
#include "tests/support/host.h"

#include <doctest/doctest.h>

using namespace tests;

TEST_CASE("difference: relative to the largest; a NaN anywhere is not lost") {
  const std::vector<double> expected = {1, 2, -4, 3};
  CHECK(difference(expected, expected) == 0);
  CHECK(difference({1, 2, -4, 5}, expected) == 0.5);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    std::vector<double> got = {2, 3, -5, 9}, wrong = expected;
    got[i] = NAN;
    CHECK_FALSE(std::isfinite(difference(got, expected)));
    wrong[i] = NAN;
    CHECK_FALSE(std::isfinite(difference(expected, wrong)));
  }
}
