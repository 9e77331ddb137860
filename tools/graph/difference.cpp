#include "tools/graph/difference.h"

#include <algorithm>
#include <cmath>

namespace graph_program {

using engine::graph::Value;

Difference compare_values(const Value& got, const Value& wanted, const Tolerance& tolerance) {
  Difference found{.elements = wanted.size()};
  std::ostringstream text;
  if (got.type() != wanted.type() || !(got.shape() == wanted.shape())) {
    text << "is " << name_of(got.type()) << " " << got.shape() << ", should be "
         << name_of(wanted.type()) << " " << wanted.shape();
    found.text = text.str();
    return found;
  }
  if (got.is_whole()) {
    for (std::size_t i = 0; i < got.whole().size(); ++i)
      found.count += got.whole()[i] != wanted.whole()[i];
    if (found.count > 0) found.text = "has different integers";
    return found;
  }
  const std::vector<engine::Real> a = got.tensor().values(), b = wanted.tensor().values();
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double off = std::abs(a[i] - b[i]);
    if (std::isfinite(b[i])) largest = std::max<double>(largest, std::abs(b[i]));
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    found.absolute = std::isnan(off) ? off : std::max(found.absolute, off);
    // Any value would do where the bound itself is infinite.
    const bool finite = std::isfinite(b[i]);
    if (finite && off <= tolerance.absolute + tolerance.relative * std::abs(b[i])) continue;
    if (found.count++ == 0) text << "element " << i << " is " << a[i] << ", should be " << b[i];
  }
  found.relative = largest > 0 ? found.absolute / largest : found.absolute;
  found.text = text.str();
  return found;
}

}  // namespace graph_program
