#include "gan/training/penalties.h"

#include "engine/engine.h"
#include "layers/penalty.h"

namespace gan::training {

engine::Table<PenaltyRow>& penalties() {
  static engine::Table<PenaltyRow> table = [] {
    std::vector<PenaltyRow> rows = {{{"none", {}, "no penalty"}, {}}};
    layers::for_each_penalty([&](const char* name, auto penalty, const char* help) {
      rows.push_back(penalty_row(name, penalty, help));
    });
    return engine::Table<PenaltyRow>("penalty", rows);
  }();
  return table;
}

Penalty::Penalty(std::string text) : text_(std::move(text)) {
  for (const auto& [row, arguments] : read_rows(penalties(), text_))
    if (row->make) terms_.push_back(row->make(arguments));
}

engine::Tensor Penalty::operator()(layers::Sequential& critic, const engine::Tensor& real,
                                   const engine::Tensor& fake) const {
  engine::check(!none(), "penalty ", text_, ": there is nothing to compute");
  engine::Tensor total = terms_[0](critic, real, fake);
  for (std::size_t i = 1; i < terms_.size(); ++i) total = total + terms_[i](critic, real, fake);
  return total;
}

std::vector<std::string> penalty_names() { return names_that_do(penalties()); }

std::string describe_penalties() { return described(penalties()); }

}  // namespace gan::training
