#include "gan/training/networks.h"

#include "engine/random.h"
#include "gan/training/constraints.h"

namespace gan::training {
namespace {

Index constrained_layers(layers::Sequential& network) {
  Index count = 0;
  for (const layers::Param* param : network.parameters())
    if (!param->constraints().empty()) ++count;
  return count;
}

}  // namespace

models::Networks build_networks(const Config& config, const models::ImageSize& image) {
  Index sharing = 1;
  if (config.constraint.find("network_k") != std::string::npos) {
    // Built once to count the layers that share it; the numbers drawn for that are given back.
    const engine::RandomState before = engine::random_state();
    models::Networks draft =
        build_networks(config.model, image, parse_constraints(config.constraint));
    sharing = std::max<Index>(1, constrained_layers(draft.discriminator));
    engine::set_random_state(before);
  }
  return build_networks(config.model, image, parse_constraints(config.constraint, sharing));
}

}  // namespace gan::training
