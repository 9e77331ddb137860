// OptimizerChoice: how a network's weights follow their gradients, by name, as `d.optimizer` and
// `g.optimizer` give it. Each is PyTorch's of that name; one row each in optimizers.cpp.
//
//   adam   rmsprop(alpha=0.9)   sgd(momentum=0.9)
//
// The learning rate is a setting beside it (d.lr), as are Adam's decays (d.beta1, d.beta2).
// Errors: as arguments.h says; more than one name. Cost: layers/optim.h.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "gan/training/arguments.h"
#include "layers/optim.h"

namespace gan::training {

struct OptimizerSettings;

class OptimizerChoice {
 public:
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
  friend struct OptimizerRow;
  using Make = std::function<std::unique_ptr<layers::Optimizer>(const OptimizerSettings&,
                                                                std::vector<layers::Param*>)>;
  std::string text_, name_;
  Make make_;
};

// What is set for each network.
struct OptimizerSettings {
  double lr = 2e-4, beta1 = 0, beta2 = 0.9;
  OptimizerChoice optimizer = "adam";
};

std::vector<std::string> optimizer_names();

// One line per optimizer: its form with the default arguments, and what it does.
std::string describe_optimizers();

}  // namespace gan::training
