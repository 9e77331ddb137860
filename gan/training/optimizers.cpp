#include "gan/training/optimizers.h"

#include "engine/check.h"

namespace gan::training {

// Makes the optimizer that the arguments ask for, or complains of them.
struct OptimizerRow : Form {
  std::function<OptimizerChoice::Make(const Arguments&)> choose;
};

namespace {

using engine::Real;
using Parameters = std::vector<layers::Param*>;

// What a user may set of each, besides what OptimizerSettings hold.
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
                  "nesterov=1 means nothing without a momentum: give momentum=0.9, say");
  }
};

template <class Chosen>
OptimizerRow row(const char* name, const char* help) {
  return {{name, arguments_of(Chosen{}), help}, [](const Arguments& arguments) {
            const auto choice = with_arguments(Chosen{}, arguments);
            choice.check();
            return [choice](const OptimizerSettings& settings,
                            Parameters parameters) -> std::unique_ptr<layers::Optimizer> {
              return std::make_unique<typename Chosen::Optimizer>(choice(settings),
                                                                  std::move(parameters));
            };
          }};
}

std::span<const OptimizerRow> optimizer_rows() {
  static const std::vector<OptimizerRow> table = {
      row<AdamChoice>("adam", "with the decays beta1 and beta2 (Kingma and Ba 2015)"),
      row<RmsPropChoice>("rmsprop",
                         "the gradient over the root of its mean square (Tieleman and Hinton "
                         "2012); the original WGAN's"),
      row<SgdChoice>("sgd", "the gradient, or its running sum (momentum)"),
  };
  return table;
}

}  // namespace

OptimizerChoice::OptimizerChoice(std::string text) : text_(std::move(text)) {
  const auto named = read_rows("optimizer", optimizer_rows(), text_);
  try {
    engine::check(named.size() == 1, "a network has one optimizer");
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

std::vector<std::string> optimizer_names() { return engine::names_of(optimizer_rows()); }

std::string describe_optimizers() { return described(optimizer_rows()); }

}  // namespace gan::training
