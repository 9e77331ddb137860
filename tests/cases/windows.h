// The cases of ops that slide a window over an image: convolutions in all three slots over many
// geometries, pooling and upsampling.
#pragma once

#include "tests/cases/ops.h"

namespace tests::windows {

using engine::ConvOptions;
using engine::Pair;
using engine::PoolOptions;

struct Geometry {
  const char* name;
  Index height, width;
  Pair kernel;
  ConvOptions options;
};

inline const std::vector<Geometry>& geometries() {
  static const std::vector<Geometry> all = {
      {"1x1", 3, 4, 1, {}},
      {"3x3", 4, 5, 3, {}},
      {"3x3 same", 4, 4, 3, {.padding = 1}},
      {"4x4 stride 2", 6, 6, 4, {.stride = 2, .padding = 1}},
      {"1x1 stride 2", 5, 4, 1, {.stride = 2}},
      {"3x3 stride 3", 7, 6, 3, {.stride = 3, .padding = 1}},
      {"2x2 stride 3: pixels left out", 7, 8, 2, {.stride = 3}},
      {"rectangular, stride 2, 1", 5, 6, {2, 3}, {.stride = {2, 1}, .padding = {0, 1}}},
      {"1x3", 3, 5, {1, 3}, {.padding = {0, 1}}},
      {"padding on four sides", 4, 5, 3, {.stride = {1, 2}, .padding = {2, 0, 1, 3}}},
      {"dilation 2", 6, 7, 3, {.padding = 2, .dilation = 2}},
      {"dilation 2, stride 2", 7, 7, 3, {.stride = 2, .padding = 1, .dilation = 2}},
      {"dilation 3, stride 2", 8, 7, 2, {.stride = 2, .padding = 1, .dilation = 3}},
      {"dilation 2, 3, stride 4, 3",
       7,
       9,
       {3, 2},
       {.stride = {4, 3}, .padding = {2, 1, 0, 2}, .dilation = {2, 3}}},
      {"kernel larger than the image", 2, 3, 5, {.padding = 2}},
      {"kernel as large as the image", 3, 4, {3, 4}, {}},
  };
  return all;
}

inline void add_convs(std::vector<Case>& list) {
  using namespace engine;
  for (const Geometry& g : geometries()) {
    const Shape x{2, g.height, g.width, 2}, w{3, g.kernel.h, g.kernel.w, 2};
    const Shape y = definitions::conv_shape(x, w, g.options);
    const std::string name = std::string(", ") + g.name;
    list.push_back(ops::op(
        "conv2d" + name, {x, w}, [g](const Tensors& in) { return conv2d(in[0], in[1], g.options); },
        [g](const Hosts& in) { return definitions::conv(in[0], in[1], g.options); }));
    list.push_back(ops::op(
        "conv2d_transpose" + name, {y, w},
        [g](const Tensors& in) {
          return conv2d_transpose(in[0], in[1], g.options, g.height, g.width);
        },
        [g](const Hosts& in) {
          return definitions::conv_transpose(in[0], in[1], g.options, g.height, g.width);
        }));
    list.push_back(ops::op(
        "conv2d_weight_grad" + name, {x, y},
        [g](const Tensors& in) { return conv2d_weight_grad(in[0], in[1], g.options, g.kernel); },
        [g](const Hosts& in) {
          return definitions::conv_weight_grad(in[0], in[1], g.options, g.kernel);
        }));
  }
}

// The transposed form with an output padding; the image's extent is written from PyTorch's formula.
inline void add_output_padding(std::vector<Case>& list) {
  using namespace engine;
  struct Extra {
    const char* name;
    Pair kernel;
    ConvOptions options;
    Pair extra;
  };
  const std::vector<Extra> all = {
      {"stride 2", 3, {.stride = 2, .padding = 1}, 1},
      {"stride 3, 2", {3, 2}, {.stride = {3, 2}, .padding = {1, 0}}, {2, 1}},
      {"dilation 3 beyond stride 2", 2, {.stride = 2, .padding = 1, .dilation = 3}, 2},
      {"stride 4 of 2x2", 2, {.stride = 4}, 3}};
  for (const Extra& e : all)
    list.push_back(ops::op(
        std::string("output padding, ") + e.name, {{2, 2, 3, 3}, {3, e.kernel.h, e.kernel.w, 2}},
        [e](const Tensors& in) { return conv2d_transpose(in[0], in[1], e.options, e.extra); },
        [e](const Hosts& in) {
          const ConvOptions& o = e.options;
          const Index height = (in[0].shape[1] - 1) * o.stride.h - o.padding.top -
                               o.padding.bottom + o.dilation.h * (e.kernel.h - 1) + e.extra.h + 1;
          const Index width = (in[0].shape[2] - 1) * o.stride.w - o.padding.left - o.padding.right +
                              o.dilation.w * (e.kernel.w - 1) + e.extra.w + 1;
          return definitions::conv_transpose(in[0], in[1], o, height, width);
        }));
}

inline void add_pools(std::vector<Case>& list) {
  using namespace engine;
  struct Pool {
    const char* name;
    Index height, width;
    PoolOptions options;
  };
  const std::vector<Pool> pools = {
      {"2x2", 4, 6, {}},
      {"2x2, pixels left over", 5, 5, {}},
      {"3x3 overlapping", 5, 6, {.kernel = 3, .stride = 2}},
      {"3x3 overlapping, padded", 5, 5, {.kernel = 3, .stride = 1, .padding = 1}},
      {"padding not counted",
       5,
       4,
       {.kernel = 3, .stride = 2, .padding = 1, .count_padding = false}},
      {"rectangular",
       5,
       6,
       {.kernel = {2, 3}, .stride = {1, 3}, .padding = {1, 0, 2, 1}, .count_padding = false}}};
  for (const Pool& pool : pools)
    for (const bool average : {true, false})
      list.push_back(ops::op(
          std::string(average ? "average_pool, " : "max_pool, ") + pool.name,
          {{2, pool.height, pool.width, 2}},
          [=](const Tensors& in) {
            return average ? average_pool(in[0], pool.options) : max_pool(in[0], pool.options);
          },
          [=](const Hosts& in) { return definitions::pool(in[0], pool.options, average); }));
  const Shape x{2, 3, 4, 3};
  list.push_back(ops::op(
      "global_average_pool", {x}, [](const Tensors& in) { return global_average_pool(in[0]); },
      [](const Hosts& in) {
        Host z = definitions::shaped(definitions::sum(in[0], {1, 2}), {2, 3});
        for (double& v : z.values) v /= 12;
        return z;
      }));
  list.push_back(ops::op(
      "global_sum_pool", {x}, [](const Tensors& in) { return global_sum_pool(in[0]); },
      [](const Hosts& in) {
        return definitions::shaped(definitions::sum(in[0], {1, 2}), {2, 3});
      }));
  list.push_back(ops::op(
      "upsample_nearest 2, 3", {{2, 2, 3, 2}},
      [](const Tensors& in) {
        return upsample_nearest(in[0], {2, 3});
      },
      [](const Hosts& in) {
        return definitions::each({2, 4, 9, 2}, [&](const Position& p) {
          return in[0].at({p[0], p[1] / 2, p[2] / 3, p[3]});
        });
      }));
}

inline void add_to(std::vector<Case>& list) {
  add_convs(list);
  add_output_padding(list);
  add_pools(list);
}

}  // namespace tests::windows
