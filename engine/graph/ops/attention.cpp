// Scaled dot-product attention, as PyTorch exports it from opset 23 on.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/functions.h"
#include "engine/graph/ops/matrix.h"
#include "engine/graph/ops/table.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"

namespace engine::graph {
namespace {

constexpr Real kNever = -std::numeric_limits<Real>::infinity();

// Queries, keys or values as [N, heads, length, size]; of three axes, the last holds all heads.
Tensor by_heads(const Call& c, int i, const char* attribute) {
  const Tensor x = c.in(i).tensor();
  if (x.rank() == 4) return x;
  const Index heads = c.whole(attribute);
  check(x.rank() == 3 && heads >= 1 && x.dim(2) % heads == 0, heads, " heads do not divide input ",
        i, ", ", x.shape());
  return permute(reshape(x, {x.dim(0), x.dim(1), heads, x.dim(2) / heads}), {0, 2, 1, 3});
}

// Repeats each head of keys and values for the queries that share it.
Tensor shared(const Call& c, const Tensor& x, Index heads) {
  if (x.dim(1) == heads) return x;
  check(x.dim(1) > 0 && heads % x.dim(1) == 0, x.dim(1), " heads of keys for ", heads,
        " of queries");
  const Shape once{x.dim(0), x.dim(1), 1, x.dim(2), x.dim(3)};
  const Shape often{x.dim(0), x.dim(1), heads / x.dim(1), x.dim(2), x.dim(3)};
  c.allow(often);
  return reshape(expand_to(reshape(x, once), often), {x.dim(0), heads, x.dim(2), x.dim(3)});
}

// Added to the scores [..., queries, keys]: 0, -infinity where a query must not attend to a key, or
// the mask. A mask shorter than the keys hides the rest.
Tensor bias_of(const Call& c, Index queries, Index keys) {
  std::vector<Real> causal(static_cast<std::size_t>(queries * keys), 0);
  if (c.integer("is_causal", 0) != 0)
    for (Index q = 0; q < queries; ++q)
      for (Index k = q + 1; k < keys; ++k) causal[q * keys + k] = kNever;
  const Tensor bias = Tensor::from({queries, keys}, causal);
  if (!c.has(3)) return bias;
  const Value& mask = c.in(3);
  check(mask.rank() >= 1, "a mask of ", mask.shape());
  Tensor more = mask.tensor();
  if (mask.is_whole()) {  // 1: may attend
    std::vector<Real> values = more.values();
    for (Real& v : values) v = v != 0 ? 0 : kNever;
    more = Tensor::from(more.shape(), values);
  }
  if (more.dim(-1) != 1 || keys < 1)
    more = pad(more, more.rank() - 1, 0, std::max<Index>(keys - more.dim(-1), 0), kNever);
  c.allow(broadcast("broadcast", bias.shape(), more.shape()));
  return bias + more;
}

// A query that may attend to nothing gets zeros.
Tensor weights_of(const Tensor& scores, const Tensor& bias) {
  check(broadcast("broadcast", scores.shape(), bias.shape()) == scores.shape(), "a mask ",
        bias.shape(), " for scores ", scores.shape());
  const Tensor looks = greater(max(bias, {bias.rank() - 1}, true), full({}, kNever));
  return gate(softmax(scores + bias, scores.rank() - 1), looks);
}

void attention(const Call& c) {
  for (int i = 4; i < c.inputs(); ++i)
    if (c.has(i)) unsupported("a cache of past keys (input ", i, ")");
  if (c.outputs() > 3) unsupported("the products of queries and keys (output 3)");
  for (const char* side : {"left_window_size", "right_window_size"})
    if (c.integer(side, -1) >= 0) unsupported(side);
  const Tensor q = by_heads(c, 0, "q_num_heads");
  const Tensor own_k = by_heads(c, 1, "kv_num_heads"), own_v = by_heads(c, 2, "kv_num_heads");
  const Tensor k = shared(c, own_k, q.dim(1)), v = shared(c, own_v, q.dim(1));
  check(k.dim(2) == v.dim(2) && k.dim(2) > 0, k.dim(2), " keys for ", v.dim(2), " values");
  const float scale = c.real("scale", 1 / std::sqrt(static_cast<float>(q.dim(3))));
  Tensor scores = product(c, q * scale, permute(k, {0, 1, 3, 2}));
  if (const float cap = c.real("softcap", 0); cap > 0) scores = tanh(scores / cap) * cap;
  const Tensor y = product(c, weights_of(scores, bias_of(c, q.dim(2), k.dim(2))), v);
  const Type type = c.in(0).type();
  if (c.in(0).rank() == 4) {
    c.out(Value(y, type));
  } else {
    const Tensor rows = permute(y, {0, 2, 1, 3});
    c.out(Value(reshape(rows, {y.dim(0), y.dim(2), y.dim(1) * y.dim(3)}), type));
  }
  c.out(Value(own_k, type), 1);
  c.out(Value(own_v, type), 2);
}

const Operator kAttentionOperators[] = {
    {"Attention", attention},
};

}  // namespace

std::span<const Operator> attention_operators() { return kAttentionOperators; }

}  // namespace engine::graph
