// Penalty: the penalties on the discriminator's slopes named in `penalty`. Names,
// options and help come from layers/penalty.h.
//
//   none   gp(lambda=10)   r1(gamma=1) + r2(gamma=1)
//
// Joined by +, penalties add up. They combine with every loss and constraint.
// Errors: as arguments.h says. Cost: layers/penalty.h.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gan/training/arguments.h"
#include "layers/module.h"

namespace gan::training {

class Penalty {
 public:
  using Term = std::function<engine::Tensor(layers::Sequential&, const engine::Tensor& real,
                                            const engine::Tensor& fake)>;

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
  std::string text_;
  std::vector<Term> terms_;
};

struct PenaltyRow : Form {
  std::function<Penalty::Term(const Arguments&)> make;  // empty: no penalty
};

// The row of a penalty; `penalty` holds the defaults (layers/penalty.h says what one is).
template <class Kind>
PenaltyRow penalty_row(std::string name, Kind penalty, std::string help) {
  return {{std::move(name), arguments_of(penalty), std::move(help)},
          [penalty](const Arguments& arguments) {
            return with_arguments(penalty, ArgumentSetter{arguments});
          }};
}

engine::Table<PenaltyRow>& penalties();
std::vector<std::string> penalty_names();

// One line per penalty: its form with the default arguments, and what it does.
std::string describe_penalties();

}  // namespace gan::training
