// OptimizerChoice: the optimizer named in `d.optimizer` and `g.optimizer`. Each works as PyTorch's
// of that name; one row each in optimizers.cpp.
//
//   adam   rmsprop(alpha=0.9)   sgd(momentum=0.9)
//
// The learning rate is a separate setting (d.lr), as are Adam's decay rates (d.beta1, d.beta2).
// Errors: as arguments.h says; more than one name. Cost: layers/optim.h.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gan/training/arguments.h"
#include "layers/optim.h"

namespace gan::training {

struct OptimizerSettings;

class OptimizerChoice {
 public:
  using Make = std::function<std::unique_ptr<layers::Optimizer>(const OptimizerSettings&,
                                                                std::vector<layers::Param*>)>;

  OptimizerChoice(std::string text);                                         // NOLINT
  OptimizerChoice(const char* text) : OptimizerChoice(std::string(text)) {}  // NOLINT

  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }
  friend std::ostream& operator<<(std::ostream& out, const OptimizerChoice& choice) {
    return out << choice.text_;
  }
  std::unique_ptr<layers::Optimizer> operator()(const OptimizerSettings& settings,
                                                std::vector<layers::Param*> parameters) const;

 private:
  std::string text_, name_;
  Make make_;
};

// The optimizer settings of each network.
struct OptimizerSettings {
  double lr = 2e-4, beta1 = 0, beta2 = 0.9;
  OptimizerChoice optimizer = "adam";
};

// The function that makes an optimizer with these arguments. Errors: invalid arguments.
struct OptimizerRow : Form {
  std::function<OptimizerChoice::Make(const Arguments&)> choose;
};

// The row of an optimizer. `choice` is a value with the defaults of what a user may set:
//   using Optimizer = ...;                         a layers::Optimizer, made of its options
//   void options(V&)                               what may be set (arguments.h)
//   void check() const                             fails if values exclude each other
//   auto operator()(const OptimizerSettings&)      the options of the optimizer
template <class Choice>
OptimizerRow optimizer_row(std::string name, Choice choice, std::string help) {
  return {{std::move(name), arguments_of(choice), std::move(help)},
          [choice](const Arguments& arguments) {
            const auto chosen = with_arguments(choice, ArgumentSetter{arguments});
            chosen.check();
            return
                [chosen](
                    const OptimizerSettings& settings,
                    std::vector<layers::Param*> parameters) -> std::unique_ptr<layers::Optimizer> {
                  return std::make_unique<typename Choice::Optimizer>(chosen(settings),
                                                                      std::move(parameters));
                };
          }};
}

engine::Table<OptimizerRow>& optimizers();
std::vector<std::string> optimizer_names();

// One line per optimizer: its form with the default arguments, and what it does.
std::string describe_optimizers();

}  // namespace gan::training
