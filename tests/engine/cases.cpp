// The list of cases, put together.
#include "tests/cases.h"

#include <doctest/doctest.h>

#include <set>

namespace tests {

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> list;
    rows::add_to(list);
    ops::add_to(list);
    windows::add_to(list);
    add_layers(list);
    add_constraints(list);
    return list;
  }();
  return all;
}

}  // namespace tests

TEST_CASE("cases: names are different, so that a failure can be found") {
  std::set<std::string> names;
  for (const tests::Case& c : tests::cases()) {
    CAPTURE(c.name);
    CHECK(names.insert(c.name).second);
    CHECK(static_cast<bool>(c.function) != static_cast<bool>(c.module));
  }
}
