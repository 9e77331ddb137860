#include "gan/training/penalties.h"

#include "engine/engine.h"
#include "layers/penalty.h"

namespace gan::training {

struct PenaltyRow : Form {
  std::function<Penalty::Term(const Arguments&)> make;  // empty: no penalty
};

namespace {

std::span<const PenaltyRow> penalty_rows() {
  static const std::vector<PenaltyRow> table = [] {
    std::vector<PenaltyRow> rows = {{{"none", {}, "no penalty"}, {}}};
    layers::for_each_penalty([&](const char* name, auto penalty, const char* help) {
      rows.push_back({{name, arguments_of(penalty), help}, [penalty](const Arguments& arguments) {
                        return with_arguments(penalty, arguments);
                      }});
    });
    return rows;
  }();
  return table;
}

}  // namespace

Penalty::Penalty(std::string text) : text_(std::move(text)) {
  for (const auto& [row, arguments] : read_rows("penalty", penalty_rows(), text_))
    if (row->make) terms_.push_back(row->make(arguments));
}

engine::Tensor Penalty::operator()(layers::Sequential& critic, const engine::Tensor& real,
                                   const engine::Tensor& fake) const {
  engine::check(!none(), "penalty ", text_, ": there is nothing to compute");
  engine::Tensor total = terms_[0](critic, real, fake);
  for (std::size_t i = 1; i < terms_.size(); ++i) total = total + terms_[i](critic, real, fake);
  return total;
}

std::vector<std::string> penalty_names() {
  std::vector<std::string> names;
  for (const PenaltyRow& row : penalty_rows())
    if (row.make) names.push_back(row.name);
  return names;
}

std::string describe_penalties() { return described(penalty_rows()); }

}  // namespace gan::training
