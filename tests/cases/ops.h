// The cases of the structured ops except windows (cases/windows.h): reductions, moving, matrix
// products, fused functions. Definitions are loops in double.
#pragma once

#include "tests/cases/case.h"
#include "tests/support/definitions.h"

namespace tests::ops {

namespace def = tests::definitions;
using Function = std::function<Tensor(const Tensors&)>;
using Definition = std::function<Host(const Hosts&)>;

inline Case op(std::string name, std::vector<Shape> inputs, Function function,
               Definition definition = {}) {
  return {.name = std::move(name),
          .inputs = std::move(inputs),
          .function = std::move(function),
          .module = {},
          .definition = std::move(definition)};
}

inline void add_reductions(std::vector<Case>& list) {
  using namespace engine;
  const Shape x{3, 2, 4};
  const auto scaled = [](const Host& h, double factor) {
    return def::each(h.shape, [&](const Position& p) { return h.at(p) * factor; });
  };
  list.push_back(op(
      "sum", {x}, [](const Tensors& in) { return sum(in[0]); },
      [](const Hosts& in) {
        return def::shaped(def::sum(in[0], {0, 1, 2}), {});
      }));
  list.push_back(op(
      "sum over 0, 2", {x},
      [](const Tensors& in) {
        return sum(in[0], {0, 2});
      },
      [](const Hosts& in) {
        return def::shaped(def::sum(in[0], {0, 2}), {2});
      }));
  list.push_back(op(
      "sum over -2, kept", {x}, [](const Tensors& in) { return sum(in[0], {-2}, true); },
      [](const Hosts& in) { return def::sum(in[0], {1}); }));
  list.push_back(op(
      "mean", {x}, [](const Tensors& in) { return mean(in[0]); },
      [=](const Hosts& in) {
        return def::shaped(scaled(def::sum(in[0], {0, 1, 2}), 1.0 / 24), {});
      }));
  list.push_back(op(
      "mean over 1", {x}, [](const Tensors& in) { return mean(in[0], {1}); },
      [=](const Hosts& in) {
        return def::shaped(scaled(def::sum(in[0], {1}), 0.5), {3, 4});
      }));
  list.push_back(op(
      "max", {x}, [](const Tensors& in) { return engine::max(in[0]); },
      [](const Hosts& in) {
        return def::shaped(def::max(in[0], {0, 1, 2}), {});
      }));
  list.push_back(op(
      "max over 0, kept", {x}, [](const Tensors& in) { return engine::max(in[0], {0}, true); },
      [](const Hosts& in) { return def::max(in[0], {0}); }));
  list.push_back(op(
      "max over 1, 2", {x},
      [](const Tensors& in) {
        return engine::max(in[0], {1, 2});
      },
      [](const Hosts& in) {
        return def::shaped(def::max(in[0], {1, 2}), {3});
      }));
  list.push_back(op(
      "sum_to", {{2, 3, 4}},
      [](const Tensors& in) {
        return sum_to(in[0], {3, 1});
      },
      [](const Hosts& in) {
        return def::shaped(def::sum(in[0], {0, 2}), {3, 1});
      }));
  list.push_back(op(
      "expand_to", {{3, 1}},
      [](const Tensors& in) {
        return expand_to(in[0], {2, 3, 4});
      },
      [](const Hosts& in) {
        return def::each({2, 3, 4}, [&](const Position& p) { return in[0].at(p); });
      }));
  list.push_back(op(
      "norm", {x}, [](const Tensors& in) { return norm(in[0]); },
      [](const Hosts& in) {
        Host z(Shape{});
        for (const double v : in[0].values) z.values[0] += v * v;
        z.values[0] = std::sqrt(z.values[0]);
        return z;
      }));
  list.push_back(op(
      "dot", {x, x}, [](const Tensors& in) { return dot(in[0], in[1]); },
      [](const Hosts& in) {
        Host z(Shape{});
        for (std::size_t i = 0; i < in[0].values.size(); ++i)
          z.values[0] += in[0].values[i] * in[1].values[i];
        return z;
      }));
  list.push_back(op("unit", {x}, [](const Tensors& in) { return unit(in[0]); }));
  list.push_back(op(
      "softmax", {{4, 5}}, [](const Tensors& in) { return softmax(in[0]); },
      [](const Hosts& in) { return def::softmax(in[0], 1); }));
  list.push_back(op(
      "softmax over 1", {x}, [](const Tensors& in) { return softmax(in[0], 1); },
      [](const Hosts& in) { return def::softmax(in[0], 1); }));
  list.push_back(op(
      "log_softmax", {{4, 5}}, [](const Tensors& in) { return log_softmax(in[0]); },
      [](const Hosts& in) {
        Host z = def::softmax(in[0], 1);
        for (double& v : z.values) v = std::log(v);
        return z;
      }));
}

inline void add_moves(std::vector<Case>& list) {
  using namespace engine;
  const Shape x{3, 4, 2};
  list.push_back(op(
      "reshape", {x},
      [](const Tensors& in) {
        return reshape(in[0], {2, -1});
      },
      [](const Hosts& in) {
        return def::shaped(in[0], {2, 12});
      }));
  list.push_back(op(
      "flatten", {x}, [](const Tensors& in) { return flatten(in[0]); },
      [](const Hosts& in) {
        return def::shaped(in[0], {3, 8});
      }));
  list.push_back(op(
      "permute", {x},
      [](const Tensors& in) {
        return permute(in[0], {2, 0, 1});
      },
      [](const Hosts& in) {
        return def::each({2, 3, 4}, [&](const Position& p) {
          return in[0].at({p[1], p[2], p[0]});
        });
      }));
  list.push_back(op(
      "transpose", {{3, 4}}, [](const Tensors& in) { return transpose(in[0]); },
      [](const Hosts& in) {
        return def::each({4, 3}, [&](const Position& p) { return in[0].at({p[1], p[0]}); });
      }));
  list.push_back(op(
      "slice", {{3, 7, 2}}, [](const Tensors& in) { return slice(in[0], 1, 1, -1, 2); },
      [](const Hosts& in) {
        return def::each({3, 3, 2}, [&](const Position& p) {
          return in[0].at({p[0], 1 + 2 * p[1], p[2]});
        });
      }));
  const auto add_flip = [&](const std::string& name, const Shape& shape, int axis) {
    list.push_back(op(
        name, {shape}, [axis](const Tensors& in) { return flip(in[0], axis); },
        [axis](const Hosts& in) {
          return def::each(in[0].shape, [&](Position p) {
            p[axis] = in[0].shape[axis] - 1 - p[axis];
            return in[0].at(p);
          });
        }));
  };
  add_flip("flip of an image", {2, 3, 4, 8}, 2);
  add_flip("flip of the last axis", {3, 4}, 1);
  add_flip("flip of the first axis", {3, 4}, 0);
  list.push_back(op(
      "place", {{2, 3}}, [](const Tensors& in) { return place(in[0], -1, 1, 8, 2); },
      [](const Hosts& in) {
        return def::each({2, 8}, [&](const Position& p) {
          return p[1] % 2 == 1 && p[1] < 7 ? in[0].at({p[0], p[1] / 2}) : 0.0;
        });
      }));
  list.push_back(op(
      "pad", {x}, [](const Tensors& in) { return pad(in[0], 1, 1, 2, Real(0.5)); },
      [](const Hosts& in) {
        return def::each({3, 7, 2}, [&](const Position& p) {
          return p[1] >= 1 && p[1] < 5 ? in[0].at({p[0], p[1] - 1, p[2]}) : 0.5;
        });
      }));
  list.push_back(op(
      "concat", {{2, 3}, {2, 1}, {2, 2}}, [](const Tensors& in) { return concat(in, 1); },
      [](const Hosts& in) {
        return def::each({2, 6}, [&](const Position& p) {
          const int part = p[1] < 3 ? 0 : p[1] < 4 ? 1 : 2;
          const Index begin[] = {0, 3, 4};
          return in[part].at({p[0], p[1] - begin[part]});
        });
      }));
  list.push_back(op(
      "concat of a tensor with itself", {{2, 3}},
      [](const Tensors& in) {
        return concat({in[0], in[0]}, 0);
      },
      [](const Hosts& in) {
        return def::each({4, 3}, [&](const Position& p) { return in[0].at({p[0] % 2, p[1]}); });
      }));
  const auto rows = [] { return Tensor::from({5}, {2, 0, 2, 3, 2}); };
  const std::vector<Index> row{2, 0, 2, 3, 2};
  list.push_back(op(
      "gather", {{4, 3}}, [=](const Tensors& in) { return gather(in[0], rows()); },
      [=](const Hosts& in) {
        return def::each({5, 3}, [&](const Position& p) { return in[0].at({row[p[0]], p[1]}); });
      }));
  list.push_back(op(
      "scatter_add", {{5, 3}}, [=](const Tensors& in) { return scatter_add(in[0], rows(), 4); },
      [=](const Hosts& in) {
        Host z(Shape{4, 3});
        for (Index i = 0; i < 5; ++i)
          for (Index j = 0; j < 3; ++j) z.at({row[i], j}) += in[0].at({i, j});
        return z;
      }));
}

inline void add_products(std::vector<Case>& list) {
  using namespace engine;
  list.push_back(op(
      "matmul", {{3, 4}, {4, 5}}, [](const Tensors& in) { return matmul(in[0], in[1]); },
      [](const Hosts& in) { return def::product(in[0], in[1], false, false); }));
  list.push_back(op(
      "matmul_nt", {{3, 4}, {5, 4}}, [](const Tensors& in) { return matmul_nt(in[0], in[1]); },
      [](const Hosts& in) { return def::product(in[0], in[1], false, true); }));
  list.push_back(op(
      "matmul_tn", {{4, 3}, {4, 5}}, [](const Tensors& in) { return matmul_tn(in[0], in[1]); },
      [](const Hosts& in) { return def::product(in[0], in[1], true, false); }));
  list.push_back(op(
      "matmul of a matrix with itself", {{4, 4}},
      [](const Tensors& in) { return matmul(in[0], in[0]); },
      [](const Hosts& in) { return def::product(in[0], in[0], false, false); }));
  list.push_back(op(
      "matmul of stacks", {{2, 3, 4}, {2, 4, 5}},
      [](const Tensors& in) { return matmul(in[0], in[1]); },
      [](const Hosts& in) { return def::products(in[0], in[1], false, false); }));
  list.push_back(op(
      "matmul_nt of a stack with one matrix", {{2, 3, 4}, {5, 4}},
      [](const Tensors& in) { return matmul_nt(in[0], in[1]); },
      [](const Hosts& in) { return def::products(in[0], in[1], false, true); }));
  list.push_back(op(
      "matmul_tn of broadcast stacks", {{2, 1, 4, 3}, {3, 4, 5}},
      [](const Tensors& in) { return matmul_tn(in[0], in[1]); },
      [](const Hosts& in) { return def::products(in[0], in[1], true, false); }));
}

inline void add_solutions(std::vector<Case>& list) {
  using namespace engine;
  // A diagonal that is large keeps them far from singular.
  const auto regular = [](const Tensor& a) { return a + Real(4) * eye(a.dim(-1)); };
  const auto regular_host = [](Host a) {
    const Index n = a.shape[-1];
    for (std::size_t i = 0; i < a.values.size(); ++i)
      if (static_cast<Index>(i) % (n * n) % (n + 1) == 0) a.values[i] += 4;
    return a;
  };
  list.push_back(op(
      "solve", {{4, 4}, {4, 3}}, [=](const Tensors& in) { return solve(regular(in[0]), in[1]); },
      [=](const Hosts& in) {
        return def::product(def::inverses(regular_host(in[0])), in[1], false, false);
      }));
  list.push_back(op(
      "solve, a stack with one right-hand side", {{2, 3, 3}, {3, 2}},
      [=](const Tensors& in) { return solve(regular(in[0]), in[1]); },
      [=](const Hosts& in) {
        return def::products(def::inverses(regular_host(in[0])), in[1], false, false);
      }));
  list.push_back(op(
      "inverse of a stack", {{2, 3, 3}}, [=](const Tensors& in) { return inverse(regular(in[0])); },
      [=](const Hosts& in) { return def::inverses(regular_host(in[0])); }));
}

inline void add_fused(std::vector<Case>& list) {
  using namespace engine;
  struct Kind {
    const char* name;
    Activation activation;
    double (*value)(double);
  };
  const std::vector<Kind> kinds = {
      {"none", Activation::none, [](double v) { return v; }},
      {"relu", Activation::relu, [](double v) { return std::max(v, 0.0); }},
      {"leaky_relu", Activation::leaky_relu, [](double v) { return std::max(v, 0.25 * v); }},
      {"tanh", Activation::tanh, [](double v) { return std::tanh(v); }}};
  for (const Kind& kind : kinds)
    list.push_back(op(
        std::string("bias_activation ") + kind.name, {{2, 3, 4}, {4}},
        [kind](const Tensors& in) {
          return bias_activation(in[0], in[1], kind.activation, Real(0.25));
        },
        [kind](const Hosts& in) {
          return def::each(in[0].shape, [&](const Position& p) {
            return kind.value(in[0].at(p) + in[1].at(p));
          });
        }));
  for (const Shape& x : {Shape{7, 3}, Shape{2, 2, 3, 3}})
    list.push_back(op(
        "batch_norm, rank " + std::to_string(x.rank()), {x, {3}, {3}},
        [](const Tensors& in) {
          return batch_norm(in[0], in[1], in[2], moments(in[0]), Real(1e-5));
        },
        [x](const Hosts& in) {
          std::vector<int> axes;
          for (int i = 0; i + 1 < x.rank(); ++i) axes.push_back(i);
          const Host h = def::normalized(in[0], axes, 1e-5);
          return def::each(x,
                           [&](const Position& p) { return h.at(p) * in[1].at(p) + in[2].at(p); });
        }));
  for (const Kind& kind : kinds)
    list.push_back(op(
        std::string("batch_norm and ") + kind.name, {{7, 3}, {3}, {3}},
        [kind](const Tensors& in) {
          return batch_norm(in[0], in[1], in[2], moments(in[0]), Real(1e-5), kind.activation,
                            Real(0.25));
        },
        [kind](const Hosts& in) {
          const Host h = def::normalized(in[0], {0}, 1e-5);
          return def::each(in[0].shape, [&](const Position& p) {
            return kind.value(h.at(p) * in[1].at(p) + in[2].at(p));
          });
        }));
}

inline void add_to(std::vector<Case>& list) {
  add_reductions(list);
  add_moves(list);
  add_products(list);
  add_solutions(list);
  add_fused(list);
}

}  // namespace tests::ops
