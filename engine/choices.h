// Choices: lists of valid names for messages and help texts, generated from the tables:
//   fail("there is no '", name, "'; use ", alternatives(names_of(kPrecisions)));
// Rows of a table have a member `name`. Errors: none. Cost: negligible.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace engine {

// "a", "a or b", "a, b or c".
inline std::string alternatives(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  return text;
}

template <class Rows>
std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

}  // namespace engine
