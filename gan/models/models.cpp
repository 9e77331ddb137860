#include "gan/models/models.h"

#include "datasets/dataset.h"
#include "datasets/gaussians.h"
#include "engine/choices.h"
#include "engine/ops/move.h"
#include "gan/models/mlp.h"
#include "gan/models/sn_cnn.h"
#include "gan/models/sn_resnet.h"
#include "gan/models/sn_small.h"
#include "layers/labels.h"

namespace gan::models {
namespace {

template <Index layers>
Index always(const ImageSize&) {
  return layers;
}

constexpr bool kConditional = true, kAttends = true;

constexpr Model kModels[] = {
    {"sn-cnn", "CNN of Miyato et al. (2018), Table 3", always<8>, sn_cnn, 8, kConditional},
    {"sn-cnn-wide", "the same with wider layers, as in most public code", always<8>, sn_cnn_wide, 8,
     kConditional},
    {"sn-resnet", "ResNet of Miyato et al. (2018), Table 4", sn_resnet_weights, sn_resnet, 8,
     kConditional, kAttends},
    {"sn-small", "a small CNN for CPUs", always<4>, sn_small, 8, kConditional},
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

void check_options(const Model& model, const Options& options) {
  const auto has = [&](bool wanted, bool Model::*member, const char* option) {
    if (!wanted || model.*member) return;
    std::vector<std::string> others;
    for (const Model& other : all())
      if (other.*member) others.emplace_back(other.name);
    engine::fail(option, ": model ", model.name, " does not have it; set model to ",
                 engine::alternatives(others));
  };
  has(options.classes > 0, &Model::conditional, "conditional=true");
  has(options.attention > 0, &Model::attends, "attention");
}

Index constrained(const Model& model, const ImageSize& image, const Options& options) {
  constexpr Index embedding = 1, attention = 4;
  return model.weights(image) + (options.classes > 0 ? embedding : 0) +
         (options.attention > 0 ? attention : 0);
}

Networks build_networks(const std::string& name, const ImageSize& image,
                        const Constraints& constraints, const Options& options) {
  const Model& model = find_model(name);
  check_options(model, options);
  const bool fits = image.height % model.multiple == 0 && image.width % model.multiple == 0;
  engine::check(fits || !datasets::is_plane(image.height, image.width, image.channels), "model ",
                name, " takes images, not points in the plane: use --preset wgan-gp-mlp");
  engine::check(fits, "images of ", image.height, "x", image.width,
                ": the networks need a height and width that are multiples of ", model.multiple,
                ": set data.resize=", datasets::fitting_side(image.height, image.width));
  Networks networks = model.build(image, constraints, options);
  networks.classes = options.classes;
  return networks;
}

Scores judge(layers::Sequential& discriminator, const engine::Tensor& real,
             const engine::Tensor& fake) {
  const Index n = real.dim(0);
  engine::Tensor of_both = layers::labels();
  if (of_both.defined() && of_both.dim(0) > 1) {
    engine::check(fake.dim(0) == n, "judge: ", n, " labels for ", n, " real images and ",
                  fake.dim(0), " fakes; there must be as many fakes as real images");
    of_both = engine::concat({of_both, of_both}, 0);
  }
  const layers::Labels given(of_both);
  const engine::Tensor all = discriminator(engine::concat({real, fake}, 0));
  return {engine::slice(all, 0, 0, n), engine::slice(all, 0, n, all.dim(0))};
}

engine::Tensor labels_in_turn(Index classes, Index count, Index first, Index times) {
  if (classes == 0) return {};
  std::vector<engine::Real> labels;
  for (Index i = 0; i < count; ++i)
    labels.push_back(static_cast<engine::Real>((first + i / times) % classes));
  return engine::Tensor::from({count}, labels);
}

Index parameter_count(layers::Sequential& network) {
  Index count = 0;
  for (const layers::Param* param : network.parameters()) count += param->raw().size();
  return count;
}

}  // namespace gan::models
