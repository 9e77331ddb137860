#include "gan/training/constraints.h"

#include <algorithm>
#include <utility>

#include "layers/constraints/list.h"

namespace gan::training {
namespace {

using engine::check;
using layers::Constraint;

// Arguments that others would make ineffective.
void check_together(const Arguments& arguments) {
  const auto given = [&](const std::string& name) {
    const auto found = std::ranges::find(arguments, name, &Argument::name);
    return found != arguments.end() && found->given && found->value != decltype(found->value)(0.0);
  };
  check(!given("k") || !given(kNetworkK), "k and network_k exclude each other; set only one");
  const auto gain = std::ranges::find(arguments, "gain", &Argument::name);
  if (gain == arguments.end() || gain->value == decltype(gain->value)(false)) return;
  for (const char* name : {"k", kNetworkK, "at_most", "through_scale"})
    check(!given(name), "gain=1 learns the norms, so that ", name,
          " has no effect with it: omit one");
}

}  // namespace

engine::Table<ConstraintRow>& constraints() {
  static engine::Table<ConstraintRow> table = [] {
    std::vector<ConstraintRow> rows = {{{"none", {}, "unconstrained weights"}, {}}};
    layers::for_each_constraint([&](const char* name, auto constraint, const char* help) {
      rows.push_back(constraint_row(name, constraint, help));
    });
    return engine::Table<ConstraintRow>("constraint", rows);
  }();
  return table;
}

ConstraintChain::ConstraintChain(std::string text) : text_(std::move(text)) {
  const auto named = read_rows(constraints(), text_, check_together);
  for (const auto& [row, arguments] : named)
    if (row->make)
      links_.push_back([make = row->make, arguments = arguments](Index layers) {
        return make(arguments, layers);
      });
}

std::vector<Constraint> ConstraintChain::operator()(Index layers) const {
  std::vector<Constraint> chain;
  for (const Link& link : links_) chain.push_back(link(layers));
  return chain;
}

std::vector<std::string> constraint_names() { return names_that_do(constraints()); }

std::string describe_constraints() { return described(constraints()); }

}  // namespace gan::training
