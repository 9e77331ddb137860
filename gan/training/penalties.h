// Penalty: what the discriminator pays for its slopes, by name, as `penalty` gives it. Names,
// options and help come from layers/penalty.h.
//
//   none   gp(lambda=10)   r1(gamma=1) + r2(gamma=1)
//
// Joined by +, penalties add up. They go with every loss and every constraint.
// Errors: as arguments.h says. Cost: layers/penalty.h.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gan/training/arguments.h"
#include "layers/module.h"

namespace gan::training {

class Penalty {
 public:
  Penalty(std::string text);                                 // NOLINT: a setting is its text
  Penalty(const char* text) : Penalty(std::string(text)) {}  // NOLINT

  const std::string& text() const { return text_; }
  friend std::ostream& operator<<(std::ostream& out, const Penalty& penalty) {
    return out << penalty.text_;
  }
  bool none() const { return terms_.empty(); }
  // The sum of its terms for a critic, a batch of real images and as many fakes. Errors: none().
  engine::Tensor operator()(layers::Sequential& critic, const engine::Tensor& real,
                            const engine::Tensor& fake) const;

 private:
  using Term = std::function<engine::Tensor(layers::Sequential&, const engine::Tensor& real,
                                            const engine::Tensor& fake)>;
  friend struct PenaltyRow;
  std::string text_;
  std::vector<Term> terms_;
};

std::vector<std::string> penalty_names();

// One line per penalty: its form with the default arguments, and what it does.
std::string describe_penalties();

}  // namespace gan::training
