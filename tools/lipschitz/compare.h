// Stored against computed: JSON values of one form, and the place where they differ most.
#pragma once

#include <string>

#include "engine/real.h"
#include "tools/lipschitz/fields.h"

namespace lipschitz {

struct Difference {
  std::string place;             // where within the field it is worst: "" or "[2]"
  std::string stored, computed;  // the values there
  double error = 0;              // infinity where they are not of one form
};

Difference compare(const Json& stored, const Json& computed, Comparison comparison);

}  // namespace lipschitz
