// summary: a network as a table.
#include "layers/summary.h"

#include <doctest/doctest.h>

#include <sstream>

#include "layers/layers.h"
#include "tests/support/draw.h"

using namespace tests;
using namespace layers;

namespace {

struct Halve {  // a module that says nothing of itself
  Tensor operator()(const Tensor& x) const { return x * Real(0.5); }
};

struct Unlisted {  // a constraint from outside the list
  Tensor operator()(const LinearMap& W) const { return W.weight; }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The words of a line: "Relu [2, 4] 0 1" has "[2, 4]" as one.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != ' ' || (i > 0 && line[i - 1] == ',')) {
      words.back() += line[i];
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("summary: a row a module, those inside others indented, and the whole") {
  engine::seed(3);
  Sequential net = {Linear(4, 6, {.bias = false}, FrobeniusNorm{}), MaxMin{},
                    Residual{{Linear(6, 6, SpectralNorm{}, Bjorck{}), Relu{}}, {}},
                    Linear(6, 1000, FrobeniusNorm{.target = {.k = 2}})};
  const std::vector<std::string> lines = lines_of(summary(net, {5, 4}));
  REQUIRE(lines.size() == 8);
  for (const std::string& line : lines) CHECK(line.size() == lines[0].size());
  CHECK(words_of(lines[0])[0] == "layer");
  CHECK(lines[1].find(" frobenius ") != std::string::npos);
  CHECK(words_of(lines[1])[2] == "24");
  CHECK(words_of(lines[2]) == Words{"MaxMin", "[5, 6]", "0", "1"});
  CHECK(words_of(lines[3])[0] == "Residual");
  CHECK(words_of(lines[3])[2] == "42");
  CHECK(lines[4].starts_with("  Linear "));
  CHECK(lines[4].find("spectral + bjorck") != std::string::npos);
  CHECK(lines[5].starts_with("  Relu "));
  CHECK(words_of(lines[6])[1] == "[5, 1000]");
  CHECK(words_of(lines[6])[2] == "7,000");
  CHECK(words_of(lines[7])[0] == "total");
  CHECK(words_of(lines[7])[1] == "7,066");
}

TEST_CASE("summary: what gives no bound has none, nor has the whole") {
  Sequential net = {Linear(4, 4), Halve{}, Sequential{BatchNorm(4)}};
  const std::vector<std::string> lines = lines_of(summary(net, {2, 4}));
  REQUIRE(lines.size() == 6);
  CHECK(words_of(lines[2]) == Words{"Halve", "[2, 4]", "0", "none"});
  CHECK(lines[4].starts_with("  BatchNorm "));
  CHECK(words_of(lines[5]).back() == "none");
}

TEST_CASE("summary: a constraint from outside has the name of its type") {
  Sequential net = {Linear(4, 2, SpectralNorm{}, Unlisted{})};
  CHECK(summary(net, {2, 4}).find(" spectral + Unlisted ") != std::string::npos);
}

TEST_CASE("summary: looking changes no parameter and no state that is kept") {
  engine::seed(3);
  Sequential net = {Conv2d(2, 3, {.padding = 1}, ToeplitzNorm{}), BatchNorm(3), Flatten{}};
  net(engine::normal({4, 5, 5, 2}));
  const auto kept = [&] {
    std::vector<std::vector<Real>> values;
    for (const engine::State* state : states(net)) values.push_back(state->value().values());
    return values;
  };
  const auto before = kept();
  CHECK(summary(net, {1, 5, 5, 2}).find("[1, 75]") != std::string::npos);
  CHECK(kept() == before);
}
