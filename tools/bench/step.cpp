// The training step: an update of the discriminator, one of the generator, and the iteration of
// five and one.
#include <sstream>

#include "gan/models/models.h"
#include "gan/training/constraints.h"
#include "gan/training/losses.h"
#include "layers/layers.h"
#include "tools/bench/comparison.h"

namespace bench {
namespace {

using engine::Index;
using engine::Tensor;

// Operations of the linear maps of a network for one image, forward; and of the first of them.
struct Flops {
  double all = 0, first = 0;
  explicit Flops(layers::Sequential& network) {
    for (const layers::Weight& weight : layers::weights(network)) {
      const engine::Window w = weight.param->map().window();
      const double flops = 2.0 * static_cast<double>(w.out_height * w.out_width * w.out) *
                           static_cast<double>(w.kernel_h * w.kernel_w * w.in);
      if (all == 0) first = flops;
      all += flops;
    }
  }
};

class Game {
 public:
  Game(const std::string& model, Index batch, Index image)
      : batch_(batch),
        networks_(gan::models::build_networks(model, {image, image, 3},
                                              gan::training::ConstraintChain("spectral")())),
        generator_({.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F}, networks_.generator.parameters()),
        discriminator_({.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F},
                       networks_.discriminator.parameters()),
        real_(engine::uniform({batch, image, image, 3}, -1, 1)) {
    update_discriminator();  // the constraints' burn-in, and the sizes of all maps
    const Flops g(networks_.generator), d(networks_.discriminator);
    const auto images = static_cast<double>(batch);
    // Forward once; backward once for the inputs (not the first's) and once for the weights.
    discriminator_flops = images * (g.all + 2 * (3 * d.all - d.first));
    generator_flops = images * (3 * g.all - g.first + 2 * d.all);
  }

  void update_discriminator() {
    const Tensor loss = gan::training::discriminator_loss(loss_, networks_, real_).loss;
    discriminator_.step(grad(loss, networks_.discriminator.parameters()));
  }

  void update_generator() {
    const Tensor loss = gan::training::generator_loss(loss_, networks_, real_, batch_);
    generator_.step(grad(loss, networks_.generator.parameters()));
  }

  double discriminator_flops = 0, generator_flops = 0;

 private:
  Index batch_;
  gan::models::Networks networks_;
  layers::Adam generator_, discriminator_;
  Tensor real_;
  const gan::training::Loss& loss_ = gan::training::find_loss("hinge");
};

}  // namespace

Report step(const Options& options) {
  std::ostringstream title;
  title << "one update of " << options.model << ", batch " << options.batch << ", " << options.image
        << "x" << options.image << "x3, spectral norm, hinge, Adam";
  Comparison comparison(options, title.str());
  Game game(options.model, options.batch, options.image);
  const auto peer = [&](const char* update) -> nlohmann::json {
    if (options.model != "sn-cnn" && options.model != "sn-resnet") return {};
    return {{"work", "step"},
            {"model", options.model},
            {"batch", options.batch},
            {"image", options.image},
            {"width", 1},
            {"update", update}};
  };
  const auto d = comparison.add({"discriminator", game.discriminator_flops,
                                 [&] { game.update_discriminator(); }, peer("discriminator")});
  const auto g = comparison.add(
      {"generator", game.generator_flops, [&] { game.update_generator(); }, peer("generator")});
  std::vector<Comparison::Seconds> iteration;
  for (std::size_t i = 0; i < d.size(); ++i) iteration.push_back(g[i].plus(5, d[i]));
  comparison.add_row("iteration (5 + 1)", 5 * game.discriminator_flops + game.generator_flops,
                     iteration);
  comparison.add_memory({peer("discriminator"), peer("generator")});
  return comparison.report();
}

}  // namespace bench
