#include "gan/metrics/random_order.h"

#include <bit>
#include <limits>
#include <numeric>
#include <utility>

#include "engine/check.h"

namespace gan::metrics {

std::uint32_t RandomOrder::up_to(std::uint32_t most) {
  const std::uint32_t mask = most == 0 ? 0 : ~std::uint32_t{0} >> std::countl_zero(most);
  for (;;)
    if (const auto drawn = static_cast<std::uint32_t>(twister_()) & mask; drawn <= most)
      return drawn;
}

std::vector<Index> RandomOrder::permutation(Index n) {
  engine::check(n >= 0 && n <= std::numeric_limits<std::uint32_t>::max(), "permutation: of ", n,
                " elements; at most 2^32 - 1 can be ordered");
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (Index i = n - 1; i > 0; --i)
    std::swap(order[i], order[up_to(static_cast<std::uint32_t>(i))]);
  return order;
}

std::vector<Index> RandomOrder::subset(Index n, Index count) {
  engine::check(count >= 0 && count <= n, "subset: ", count, " of ", n, " elements");
  std::vector<Index> order = permutation(n);
  order.resize(static_cast<std::size_t>(count));
  return order;
}

std::vector<Index> RandomOrder::draws(Index n, Index count) {
  engine::check(n >= 1 && n <= std::numeric_limits<std::uint32_t>::max(), "draws: from ", n,
                " elements; 1 to 2^32 - 1 can be drawn from");
  std::vector<Index> drawn(static_cast<std::size_t>(count));
  for (Index& i : drawn) i = up_to(static_cast<std::uint32_t>(n - 1));
  return drawn;
}

}  // namespace gan::metrics
