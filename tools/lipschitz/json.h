// Values out of JSON with errors that name the place: "FILE: case 'k3': field 'stride' is missing".
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/check.h"
#include "engine/real.h"

namespace lipschitz {

using Json = nlohmann::json;

inline const Json& field(const Json& object, const std::string& where, const std::string& name) {
  engine::check(object.is_object(), where, ": an object is needed");
  const auto found = object.find(name);
  engine::check(found != object.end(), where, ": field '", name, "' is missing");
  return *found;
}

template <class T>
T value(const Json& object, const std::string& where, const std::string& name) {
  try {
    return field(object, where, name).get<T>();
  } catch (const Json::exception&) {
    engine::fail(where, ": field '", name, "' is not of the kind that is needed: ",
                 field(object, where, name).dump().substr(0, 60));
  }
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
                " on, not ", stored.dump().substr(0, 60));
  return stored.get<std::vector<engine::Index>>();
}

}  // namespace lipschitz
