#include "gan/models/models.h"

#include "datasets/dataset.h"
#include "engine/ops/move.h"
#include "gan/console/table.h"
#include "gan/models/sn_cnn.h"
#include "gan/models/sn_resnet.h"
#include "gan/models/sn_small.h"

namespace gan::models {
namespace {

constexpr Model kModels[] = {
    {"sn-cnn", "CNN of Miyato et al. (2018), Table 3", 8, sn_cnn},
    {"sn-cnn-wide", "the same with the wider layers of most public code", 8, sn_cnn_wide},
    {"sn-resnet", "ResNet of Miyato et al. (2018), Table 4", 11, sn_resnet},
    {"sn-small", "a small CNN for CPUs", 4, sn_small},
};

}  // namespace

ImageSize size_of(const datasets::Dataset& data) {
  return {data.height(), data.width(), data.channels()};
}

std::span<const Model> all() { return kModels; }

const Model& find_model(const std::string& name) { return console::find(all(), "model", name); }

Networks build_networks(const std::string& name, const ImageSize& image,
                        const Constraints& constraints) {
  engine::check(image.height % 8 == 0 && image.width % 8 == 0, "images of ", image.height, "x",
                image.width, ": the networks need a height and width that are multiples of 8: set ",
                "data.resize=", datasets::fitting_side(image.height, image.width));
  return find_model(name).build(image, constraints);
}

Scores judge(layers::Sequential& discriminator, const engine::Tensor& real,
             const engine::Tensor& fake) {
  const engine::Tensor all = discriminator(engine::concat({real, fake}, 0));
  const Index n = real.dim(0);
  return {engine::slice(all, 0, 0, n), engine::slice(all, 0, n, all.dim(0))};
}

Index parameter_count(layers::Sequential& network) {
  Index count = 0;
  for (const layers::Param* param : network.parameters()) count += param->raw().size();
  return count;
}

}  // namespace gan::models
