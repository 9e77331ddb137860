#include <sstream>

#include "tools/bench/comparison.h"
#include "tools/bench/shapes.h"

namespace bench {

using engine::Tensor;

Report matmul(const Options& options) {
  Comparison comparison(options, "matrix products [m, k] [k, n]");
  for (const auto& [m, n, k] : kProducts) {
    const Tensor a = engine::uniform({m, k}, -1, 1), b = engine::uniform({k, n}, -1, 1);
    std::ostringstream name;
    name << m << " x " << n << " x " << k;
    comparison.add({name.str(),
                    2.0 * static_cast<double>(m * n * k),
                    [&] {
                      const engine::NoGrad constant;
                      engine::matmul(a, b);
                    },
                    {{"work", "matmul"}, {"m", m}, {"n", n}, {"k", k}, {"layouts", false}}});
  }
  return comparison.report();
}

}  // namespace bench
