#include "gan/training/optimizers.h"

#include "engine/check.h"

namespace gan::training {
namespace {

using engine::Real;

// The options of each, besides OptimizerSettings.
template <class Kind, class Options>
struct Choice {
  using Optimizer = Kind;
  Options chosen = {};
  void check() const {}
  Options operator()(const OptimizerSettings& settings) const {
    Options options = chosen;
    options.lr = static_cast<Real>(settings.lr);
    return options;
  }
};

struct AdamChoice : Choice<layers::Adam, layers::AdamOptions> {
  template <class V>
  void options(V&) {}
  layers::AdamOptions operator()(const OptimizerSettings& settings) const {
    return {.lr = static_cast<Real>(settings.lr),
            .beta1 = static_cast<Real>(settings.beta1),
            .beta2 = static_cast<Real>(settings.beta2)};
  }
};

struct RmsPropChoice : Choice<layers::RmsProp, layers::RmsPropOptions> {
  template <class V>
  void options(V& v) {
    v("alpha", chosen.alpha, 0, 1);
    v("epsilon", chosen.epsilon);
  }
};

struct SgdChoice : Choice<layers::Sgd, layers::SgdOptions> {
  template <class V>
  void options(V& v) {
    v("momentum", chosen.momentum, 0, 1);
    v("nesterov", chosen.nesterov);
  }
  void check() const {
    engine::check(!chosen.nesterov || chosen.momentum > 0,
                  "nesterov=1 needs a momentum: add, for instance, momentum=0.9");
  }
};

}  // namespace

engine::Table<OptimizerRow>& optimizers() {
  static const std::vector<OptimizerRow> rows = {
      optimizer_row("adam", AdamChoice{}, "with decay rates beta1 and beta2 (Kingma and Ba 2015)"),
      optimizer_row(
          "rmsprop", RmsPropChoice{},
          "gradient divided by its RMS (Tieleman and Hinton 2012); used by the original WGAN"),
      optimizer_row("sgd", SgdChoice{}, "plain gradient descent, or with momentum"),
  };
  static engine::Table<OptimizerRow> table("optimizer", rows);
  return table;
}

OptimizerChoice::OptimizerChoice(std::string text) : text_(std::move(text)) {
  const auto named = read_rows(optimizers(), text_);
  try {
    engine::check(named.size() == 1, "name only one optimizer per network");
    const auto& [row, arguments] = named[0];
    name_ = row->name;
    make_ = row->choose(arguments);
  } catch (const engine::Error& error) {
    complain(text_, error.what());
  }
}

std::unique_ptr<layers::Optimizer> OptimizerChoice::operator()(
    const OptimizerSettings& settings, std::vector<layers::Param*> parameters) const {
  return make_(settings, std::move(parameters));
}

std::vector<std::string> optimizer_names() { return engine::names_of(optimizers()); }

std::string describe_optimizers() { return described(optimizers()); }

}  // namespace gan::training
