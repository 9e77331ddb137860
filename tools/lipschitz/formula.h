// The integer formulas that define kernels and vectors in a golden file:
//   K[o,i,a,b] = ((7*o+5*i+3*a+2*b) mod 11)-5        u0[j]=((7*j) mod 13)-6
// found within the text of a header field by their left side.
#pragma once

#include <array>
#include <string>

#include "engine/real.h"

namespace lipschitz {

class Formula {
 public:
  // Reads `name` = ((c1*x1 + c2*x2 + ...) mod m) - s from the text; `name` is such as K[o,i,a,b].
  // Errors: no such formula (of at most 1000 characters) in the text; names both, with `where`.
  Formula(const std::string& where, const std::string& text, const std::string& name);

  double operator()(const std::array<engine::Index, 4>& indices) const;
  double operator()(engine::Index j) const { return (*this)({j, 0, 0, 0}); }

 private:
  std::array<engine::Index, 4> factors_{};
  engine::Index modulus_ = 1, offset_ = 0;
};

}  // namespace lipschitz
