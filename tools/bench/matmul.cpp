#include <array>
#include <sstream>

#include "engine/engine.h"
#include "tools/bench/comparison.h"

namespace bench {

using engine::Index;
using engine::Tensor;

// Square, of a linear layer forward and backward, and tall.
Report matmul(const Options& options) {
  Comparison comparison(options, "matrix products [m, k] [k, n]");
  for (const auto& [m, n, k] : {std::array<Index, 3>{1024, 1024, 1024},
                                {64, 8192, 128},
                                {64, 128, 8192},
                                {4096, 64, 576}}) {
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
