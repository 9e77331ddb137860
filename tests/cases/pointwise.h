// The cases of the rows of pointwise.def, generated from that file, so a new row is tested
// automatically. A row is compared with its own formula in double, which is its definition.
#pragma once

#include "engine/row_functions.h"
#include "tests/cases/case.h"
#include "tests/support/definitions.h"

namespace tests::rows {

using Real = double;  // in the formulas below
using namespace engine::row_functions;

constexpr double kA = 0.3, kB = 0.9;  // the constants of the rows that have them

struct UnaryRow {
  const char* name;
  Tensor (*function)(const Tensor&);
  double (*value)(double);
};
struct BinaryRow {
  const char* name;
  Tensor (*function)(const Tensor&, const Tensor&);
  double (*value)(double, double);
};

inline const std::vector<UnaryRow>& unary() {
  [[maybe_unused]] static constexpr double a = kA, b = kB;
  static const std::vector<UnaryRow> all = {
#define UNARY(name, formula, dx, ...)                      \
  {#name, [](const Tensor& x) { return engine::name(x); }, \
   [](double x) -> double { return formula; }},
#define UNARY_WITH(name, formula, dx, ...)                                               \
  {#name,                                                                                \
   [](const Tensor& x) {                                                                 \
     return engine::name(x, static_cast<engine::Real>(a), static_cast<engine::Real>(b)); \
   },                                                                                    \
   [](double x) -> double { return formula; }},
#include "engine/ops/pointwise.def"
  };
  return all;
}

inline const std::vector<BinaryRow>& binary() {
  [[maybe_unused]] static constexpr double a = kA, b = kB;
  static const std::vector<BinaryRow> all = {
#define BINARY(name, formula, dx, dy, ...)                                     \
  {#name, [](const Tensor& x, const Tensor& y) { return engine::name(x, y); }, \
   []([[maybe_unused]] double x, [[maybe_unused]] double y) -> double { return formula; }},
#define BINARY_WITH(name, formula, dx, dy, ...)                                             \
  {#name,                                                                                   \
   [](const Tensor& x, const Tensor& y) {                                                   \
     return engine::name(x, y, static_cast<engine::Real>(a), static_cast<engine::Real>(b)); \
   },                                                                                       \
   []([[maybe_unused]] double x, [[maybe_unused]] double y) -> double { return formula; }},
#include "engine/ops/pointwise.def"
  };
  return all;
}

inline void add_to(std::vector<Case>& list) {
  for (const UnaryRow& row : unary())
    list.push_back({.name = row.name,
                    .inputs = {{3, 5}},
                    .function = [row](const Tensors& in) { return row.function(in[0]); },
                    .module = {},
                    .definition =
                        [row](const Hosts& in) {
                          return definitions::each(in[0].shape, [&](const Position& p) {
                            return row.value(in[0].at(p));
                          });
                        }});
  struct Pair {
    const char* name;
    Shape x, y, z;
  };
  const std::vector<Pair> pairs = {{"", {3, 5}, {3, 5}, {3, 5}},
                                   {" of x and a channel", {2, 3, 4}, {4}, {2, 3, 4}},
                                   {" of a number and y", {}, {2, 3}, {2, 3}},
                                   {" stretching both", {2, 1, 3}, {4, 1}, {2, 4, 3}}};
  for (const BinaryRow& row : binary())
    for (const Pair& pair : pairs)
      list.push_back({.name = std::string(row.name) + pair.name,
                      .inputs = {pair.x, pair.y},
                      .function = [row](const Tensors& in) { return row.function(in[0], in[1]); },
                      .module = {},
                      .definition =
                          [row, pair](const Hosts& in) {
                            return definitions::each(pair.z, [&](const Position& p) {
                              return row.value(in[0].at(p), in[1].at(p));
                            });
                          }});
}

}  // namespace tests::rows
