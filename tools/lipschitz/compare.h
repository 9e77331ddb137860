// Compares stored and computed JSON values of the same form, and finds where they differ most.
#pragma once

#include <string>

#include "engine/real.h"
#include "tools/lipschitz/fields.h"

namespace lipschitz {

struct Difference {
  std::string place;             // where within the field it is worst: "" or "[2]"
  std::string stored, computed;  // the values there
  double error = 0;              // infinity if their forms differ
};

Difference compare(const Json& stored, const Json& computed, Comparison comparison);

}  // namespace lipschitz
