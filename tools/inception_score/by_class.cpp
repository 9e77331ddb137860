#include "tools/inception_score/by_class.h"

#include "engine/check.h"

namespace inception_score {
namespace {

Data rows_of_class(const ScoredSet& set, int label) {
  std::vector<Index> rows;
  for (std::size_t i = 0; i < set.labels.size(); ++i)
    if (set.labels[i] == label) rows.push_back(static_cast<Index>(i));
  return {set.data.features.chosen(rows), set.data.logits.chosen(rows)};
}

void check_known(const ScoredSet& set) {
  engine::check(set.data.rows() > 0, set.info.spec,
                ": holds statistics over all classes; --by-class needs images or features");
  engine::check(set.class_names.size() > 1 && !set.labels.empty(), set.info.spec,
                ": has one class or no class names; --by-class needs a folder with one subfolder "
                "per class, a .npz with labels, or a conditional run");
}

}  // namespace

std::vector<ClassOfSet> classes_of(const ScoredSet& set) {
  check_known(set);
  std::vector<ClassOfSet> classes;
  for (std::size_t label = 0; label < set.class_names.size(); ++label)
    if (Data data = rows_of_class(set, static_cast<int>(label)); data.rows() > 0)
      classes.push_back({set.class_names[label], std::move(data)});
  return classes;
}

Data part_of(const ScoredSet& set, const std::string& class_name, bool statistics) {
  check_known(set);
  for (std::size_t label = 0; label < set.class_names.size(); ++label) {
    if (set.class_names[label] != class_name) continue;
    Data data = rows_of_class(set, static_cast<int>(label));
    if (data.rows() == 0) break;
    if (statistics) data.statistics = gan::metrics::statistics_of(data.features);
    return data;
  }
  engine::fail(set.info.spec, ": has no images of class '", class_name, "', which --images has");
}

}  // namespace inception_score
