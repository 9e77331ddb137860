// The fields of a golden case: how to compute each, by name. `#` in a name stands for a number, so
// that gram_zero_t# is every count of iterations.
#pragma once

#include <functional>

#include "tools/lipschitz/golden_case.h"

namespace lipschitz {

// The rounding tolerance of this build.
constexpr double kTolerance = sizeof(engine::Real) == 8 ? 1e-10 : 1e-4;

// How a computed value is compared with the stored one.
enum class Comparison {
  relative,  // to the stored value; of a list, to its largest element
  absolute,  // for values that are themselves differences relative to 1
  rounding   // both are measures of rounding: each must be below the tolerance by itself
};

struct Field {
  std::string name;
  bool required;
  Comparison comparison;
  // The value, of the same form as the stored one; `number` is what # stood for.
  std::function<Json(GoldenCase& golden, const Json& stored, int number)> compute;
  // Factor of the tolerance for ill-conditioned values.
  std::function<double(GoldenCase& golden)> condition = {};
  std::vector<int> numbers = {};  // a required name with # must be there with each of these
};

const std::vector<Field>& fields();

// The names of the field that every case must have.
std::vector<std::string> required_names(const Field& field);

// Whether `name` is one of the field's names, and the number in it.
bool matches(const Field& field, const std::string& name, int& number);

}  // namespace lipschitz
