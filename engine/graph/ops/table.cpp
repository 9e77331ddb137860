#include "engine/graph/ops/table.h"

#include <unordered_map>

namespace engine::graph {

const Operator* find_operator(const std::string& op) {
  static const std::unordered_map<std::string, const Operator*> table = [] {
    std::unordered_map<std::string, const Operator*> rows;
    for (const std::span<const Operator> part :
         {elementwise_operators(), number_operators(), move_operators(), shape_operators(),
          reduce_operators(), index_operators(), loss_operators(), matrix_operators(),
          conv_operators(), pool_operators(), norm_operators(), resize_operators(),
          attention_operators(), einsum_operators()})
      for (const Operator& row : part) rows.emplace(row.name, &row);
    for (const Operator& row : pointwise_operators()) {  // where no row of ours says more
      const std::string text = row.name, name = text.substr(0, text.find('('));
      if (text == name + "(x)") rows.emplace(name, &row);
    }
    return rows;
  }();
  const auto found = table.find(op);
  return found == table.end() ? nullptr : found->second;
}

}  // namespace engine::graph
