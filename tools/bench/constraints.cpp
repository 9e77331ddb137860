#include "gan/training/constraints.h"

#include <memory>
#include <sstream>

#include "gan/models/models.h"
#include "gan/training/losses.h"
#include "layers/layers.h"
#include "tools/bench/benchmarks.h"
#include "tools/bench/timing.h"

namespace bench {
namespace {

using engine::Index;
using engine::Tensor;

// A discriminator of sn-cnn with one constraint on every layer, and its update.
class Critic {
 public:
  Critic(const std::string& constraint, Index batch)
      : network_(gan::models::build_networks("sn-cnn", {32, 32, 3},
                                             gan::training::ConstraintChain(constraint)())
                     .discriminator),
        adam_({.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F}, network_.parameters()),
        real_(engine::uniform({batch, 32, 32, 3}, -1, 1)),
        fake_(engine::uniform({batch, 32, 32, 3}, -1, 1)) {}

  void update() {
    const auto [on_real, on_fake] = gan::models::judge(network_, real_, fake_);
    const Tensor loss = gan::training::find_loss("hinge").discriminator(on_real, on_fake);
    adam_.step(grad(loss, network_.parameters()));
  }

  // Only the constraints: each layer's weight, and its gradient with respect to the raw weight.
  void constrain() {
    for (layers::Param* param : network_.parameters()) {
      if (param->constraints().empty()) continue;
      param->changed();
      const Tensor weight = param->value(param->map());
      engine::grad(weight, {param->raw()}, false, weight.detach());
    }
  }

 private:
  layers::Sequential network_;
  layers::Adam adam_;
  Tensor real_, fake_;
};

}  // namespace

Report constraints(const Options& options) {
  const std::vector<std::string> names =
      options.only.empty() ? gan::training::constraint_names() : options.only;
  std::vector<std::unique_ptr<Critic>> critics;
  critics.push_back(std::make_unique<Critic>("none", options.batch));
  std::vector<Work> works = {[critic = critics[0].get()] { critic->update(); }};
  for (const std::string& name : names) {
    critics.push_back(std::make_unique<Critic>(name, options.batch));
    Critic* critic = critics.back().get();
    critic->update();  // the burn-in
    works.push_back([critic] { critic->constrain(); });
  }
  const std::vector<double> seconds = median_seconds(works, options.rounds);
  std::ostringstream title;
  title << "one evaluation of a constraint, with its gradient, on all layers of sn-cnn's "
           "discriminator,\ncompared with a discriminator update at batch size "
        << options.batch << " without constraint";
  Report report{title.str(), {"milliseconds", "% of update"}, {}};
  report.rows.push_back({"update", {seconds[0] * 1e3, 100}});
  for (std::size_t i = 0; i < names.size(); ++i)
    report.rows.push_back({names[i], {seconds[i + 1] * 1e3, 100 * seconds[i + 1] / seconds[0]}});
  return report;
}

}  // namespace bench
