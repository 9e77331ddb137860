// Reads values from JSON with errors that name the location: "FILE: case 'k3': field 'stride' is
// missing".
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/check.h"
#include "engine/real.h"

namespace lipschitz {

using Json = nlohmann::json;

inline const Json& field(const Json& object, const std::string& where, const std::string& name) {
  engine::check(object.is_object(), where, ": must be an object");
  const auto found = object.find(name);
  engine::check(found != object.end(), where, ": field '", name, "' is missing");
  return *found;
}

// The beginning of a value as text. Not dump(), which recurses into deeply nested lists.
inline std::string shown(const Json& json) {
  constexpr std::size_t kMost = 60;
  if (!json.is_structured()) return json.dump().substr(0, kMost);
  std::string text;
  for (const auto& [key, element] : json.items()) {
    if (text.size() > kMost) break;
    text += (text.empty() ? "" : ",") + (json.is_object() ? '"' + key + "\":" : "") +
            (element.is_array()    ? "[...]"
             : element.is_object() ? "{...}"
                                   : element.dump());
  }
  text = text.substr(0, kMost) + (text.size() > kMost ? "..." : "");
  return json.is_array() ? "[" + text + "]" : "{" + text + "}";
}

// Errors: a value of another type; for an integer T also a number with a fraction.
template <class T>
T value(const Json& object, const std::string& where, const std::string& name) {
  const Json& stored = field(object, where, name);
  try {
    if (!std::is_integral_v<T> || stored.is_number_integer()) return stored.get<T>();
  } catch (const Json::exception&) {  // said below
  }
  engine::fail(where, ": field '", name, "' has the wrong type: ", shown(stored));
}

// Whole numbers, as many as `count`, each at least `least`.
inline std::vector<engine::Index> whole(const Json& object, const std::string& where,
                                        const std::string& name, std::size_t count,
                                        engine::Index least) {
  const Json& stored = field(object, where, name);
  bool good = stored.is_array() && stored.size() == count;
  for (const Json& number : stored)
    good = good && number.is_number_integer() && number.get<engine::Index>() >= least &&
           number.get<engine::Index>() <= 1'000'000;
  engine::check(good, where, ": field '", name, "' must be ", count, " whole numbers from ", least,
                " up, not ", shown(stored));
  return stored.get<std::vector<engine::Index>>();
}

}  // namespace lipschitz
