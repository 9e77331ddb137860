#include <memory>
#include <sstream>

#include "gan/constraints.h"
#include "gan/losses.h"
#include "gan/models/models.h"
#include "layers/layers.h"
#include "tools/bench/benchmarks.h"
#include "tools/bench/timing.h"

namespace bench {
namespace {

using engine::Index;
using engine::Tensor;

class Game {
 public:
  Game(const std::string& model, Index batch)
      : batch_(batch),
        networks_(gan::build_networks(model, {32, 32, 3}, gan::parse_constraints("spectral"))),
        generator_({.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F}, networks_.generator.parameters()),
        discriminator_({.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F},
                       networks_.discriminator.parameters()),
        real_(engine::uniform({batch, 32, 32, 3}, -1, 1)) {}

  void update_discriminator() {
    Tensor fake;
    {
      const engine::NoGrad constant;
      fake = generate();
    }
    const Tensor loss =
        loss_.discriminator(networks_.discriminator(real_), networks_.discriminator(fake));
    discriminator_.step(grad(loss, networks_.discriminator.parameters()));
  }

  void update_generator() {
    const Tensor loss = loss_.generator(networks_.discriminator(generate()));
    generator_.step(grad(loss, networks_.generator.parameters()));
  }

 private:
  Tensor generate() { return networks_.generator(engine::normal({batch_, networks_.z_dim})); }

  Index batch_;
  gan::Networks networks_;
  layers::Adam generator_, discriminator_;
  Tensor real_;
  const gan::Loss& loss_ = gan::find_loss("hinge");
};

}  // namespace

Report step(const Options& options) {
  std::vector<std::unique_ptr<Game>> games;
  std::vector<Work> works;
  const std::vector<std::string> models = {"sn-small", "sn-cnn"};
  for (const std::string& model : models) {
    Game* game = games.emplace_back(std::make_unique<Game>(model, options.batch)).get();
    works.push_back([game] { game->update_discriminator(); });
    works.push_back([game] { game->update_generator(); });
  }
  const std::vector<double> seconds = median_seconds(works, options.rounds);
  std::ostringstream title;
  title << "seconds of one update, batch " << options.batch << ", 32x32x3, spectral norm, hinge";
  Report report{title.str(), {"discriminator", "generator"}, {}};
  for (std::size_t i = 0; i < models.size(); ++i)
    report.rows.push_back({models[i], {seconds[2 * i], seconds[2 * i + 1]}});
  return report;
}

}  // namespace bench
