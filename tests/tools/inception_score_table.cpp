// The table of scores and its README: every row and every option of a row is explained.
#include <doctest/doctest.h>

#include <sstream>

#include "engine/file.h"
#include "tests/support/paths.h"
#include "tools/inception_score/scores.h"

namespace {

// Everything that the table in the README says about a score; "": it has no row.
std::string explained(const std::string& readme, const std::string& key) {
  std::istringstream lines(readme);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("| `" + key + "` |")) return line;
  return "";
}

TEST_CASE("inception_score: the README explains every score and its options") {
  const std::string readme =
      engine::read_file(std::string(kSourceDir) + "/tools/inception_score/README.md");
  for (const inception_score::Score& score : inception_score::scores()) {
    CAPTURE(score.key);
    const std::string row = explained(readme, score.key);
    REQUIRE_MESSAGE(!row.empty(), "add a row to \"The scores\" in tools/inception_score/README.md");
    const auto names = [&](const std::string& option) {
      return row.find("`" + option.substr(0, option.find(',')) + "`") != std::string::npos;
    };
    CHECK((!score.compares() || names(score.option)));
    for (const inception_score::Setting& setting : score.settings) {
      CAPTURE(setting.option);
      CHECK(names(setting.option));
      for (const std::string& choice : setting.choices) CHECK(names(choice));
    }
  }
}

}  // namespace
