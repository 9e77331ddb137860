#include "gan/models/models.h"

#include "datasets/dataset.h"
#include "datasets/gaussians.h"
#include "engine/ops/move.h"
#include "gan/models/mlp.h"
#include "gan/models/sn_cnn.h"
#include "gan/models/sn_resnet.h"
#include "gan/models/sn_small.h"

namespace gan::models {
namespace {

template <Index layers>
Index always(const ImageSize&) {
  return layers;
}

constexpr Model kModels[] = {
    {"sn-cnn", "CNN of Miyato et al. (2018), Table 3", always<8>, sn_cnn},
    {"sn-cnn-wide", "the same with wider layers, as in most public code", always<8>, sn_cnn_wide},
    {"sn-resnet", "ResNet of Miyato et al. (2018), Table 4", sn_resnet_constrained, sn_resnet},
    {"sn-small", "a small CNN for CPUs", always<4>, sn_small},
    {"mlp", "perceptrons, for points in the plane", always<4>, mlp, 1},
};

}  // namespace

ImageSize size_of(const datasets::Dataset& data) {
  return {data.height(), data.width(), data.channels()};
}

engine::Table<Model>& all() {
  static engine::Table<Model> table("model", kModels);
  return table;
}

const Model& find_model(const std::string& name) { return all().find(name); }

Networks build_networks(const std::string& name, const ImageSize& image,
                        const Constraints& constraints) {
  const Model& model = find_model(name);
  const bool fits = image.height % model.multiple == 0 && image.width % model.multiple == 0;
  engine::check(fits || !datasets::is_plane(image.height, image.width, image.channels), "model ",
                name, " takes images, not points in the plane: use --preset wgan-gp-mlp");
  engine::check(fits, "images of ", image.height, "x", image.width,
                ": the networks need a height and width that are multiples of ", model.multiple,
                ": set data.resize=", datasets::fitting_side(image.height, image.width));
  return model.build(image, constraints);
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
