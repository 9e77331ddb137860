// Residual: main(x) + shortcut(x). An empty shortcut is the identity.
// Source: He et al., "Deep Residual Learning" (2016).
#pragma once

#include "layers/module.h"

namespace layers {

struct Residual {
  Sequential main, shortcut;
  engine::Tensor operator()(const engine::Tensor& x) { return main(x) + shortcut(x); }
  double lipschitz(const engine::Shape& input) {
    return main.lipschitz(input) + shortcut.lipschitz(input);
  }
  std::vector<ModuleRow> rows(const engine::Shape& input) {
    std::vector<ModuleRow> both = main.rows(input), more = shortcut.rows(input);
    both.insert(both.end(), more.begin(), more.end());
    return both;
  }
  template <class V>
  void visit(V& v) {
    v("main", main);
    v("shortcut", shortcut);
  }
};

}  // namespace layers
