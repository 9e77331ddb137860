// Every constraint in the list satisfies check_constraint; and the example of
// layers/constraints/README.md, which is compiled here.
#include <doctest/doctest.h>

#include <cctype>
#include <set>
#include <string>

#include "engine/file.h"
#include "layers/constraints/list.h"
#include "tests/support/check_constraint.h"
#include "tests/support/paths.h"

using namespace tests;
using namespace layers;

namespace {

// From the README, word for word.
struct InfinityNorm {  // k W / max over rows of sum |R|
  layers::Target target = {};
  static constexpr layers::Bounds bounds = layers::Bounds::neither;

  engine::Tensor operator()(const layers::LinearMap& W) const {
    const engine::Tensor row_sums = sum(abs(flatten(W.weight)), {1});
    return target.scale(W.weight, max(row_sums));
  }
  template <class V>
  void options(V& v) {
    v(target);
  }
};

}  // namespace

TEST_CASE("constraint list: each keeps what it promises") {
  for_each_constraint([](const std::string& name, const auto& constraint, const char*) {
    CAPTURE(name);
    check_constraint(constraint);
  });
}

TEST_CASE("constraint list: those that scale keep it for another k, and more iterations") {
  for_each_constraint([](const std::string& name, auto constraint, const char*) {
    CAPTURE(name);
    if constexpr (requires { constraint.target.k; }) {
      constraint.target.k = Real(2.5);
      if constexpr (requires { constraint.iterations; }) constraint.iterations = 3;
      check_constraint(constraint);
    }
  });
}

TEST_CASE("constraint list: the README's example is a constraint") {
  check_constraint(InfinityNorm{});
}

TEST_CASE("constraint list: names differ, and each has its help") {
  std::set<std::string> names;
  for_each_constraint([&](const std::string& name, const auto&, const std::string& help) {
    CHECK(names.insert(name).second);
    CHECK(!help.empty());
  });
  CHECK(names.size() >= 10);
}

TEST_CASE("constraint list: a norm of zero or less is refused") {
  for_each_constraint([](const std::string& name, auto constraint, const char*) {
    CAPTURE(name);
    const LinearMap map = constraint_maps()[0];
    const auto error = [&] {
      return error_of([&] { Param(map.weight, {constraint}).value(map); });
    };
    if constexpr (requires { constraint.target.k; }) {
      constraint.target.k = 0;
      CHECK(error().find("k = 0") != std::string::npos);
    } else if constexpr (requires { constraint.k; }) {
      constraint.k = -1;
      CHECK(error().find("k = -1") != std::string::npos);
    } else if constexpr (requires { constraint.r; }) {
      constraint.r = 1;
      CHECK(error().find("r must be greater than 1") != std::string::npos);
    }
  });
}

TEST_CASE("constraint list: a count of Gram iterations without a bound, or without an end") {
  const LinearMap map = LinearMap::dense(engine::ones({4, 1}));
  for (const int iterations : {0, 7})
    CHECK(error_of([&] { GramNorm{.iterations = iterations}.bound(map); }) ==
          "gram: iterations must be from 1 to 6, got " + std::to_string(iterations));
  CHECK(GramNorm{.iterations = 1}.bound(map).item() >= 2 * (1 - kClose));
}

// Blocks of C++ in the README are the code that is compiled, word for word (but not space for
// space).
TEST_CASE("constraint list: the README shows what is compiled") {
  const std::string room = std::string(kSourceDir) + "/layers/constraints/";
  const auto words = [](const std::string& path) {
    std::string text = engine::read_file(path);
    std::erase_if(text, [](unsigned char c) { return std::isspace(c); });
    return text;
  };
  const std::string readme = words(room + "README.md");
  const std::string code = words(std::string(kSourceDir) + "/tests/layers/constraint_list.cpp") +
                           words(room + "toeplitz_norm.h");
  int blocks = 0;
  const std::string fence = "```cpp";
  for (std::size_t at = readme.find(fence); at != std::string::npos;
       at = readme.find(fence, at + 1)) {
    const std::size_t first = at + fence.size();
    CHECK(code.find(readme.substr(first, readme.find("```", first) - first)) != std::string::npos);
    ++blocks;
  }
  CHECK(blocks == 2);
}
