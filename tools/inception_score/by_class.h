// Splits a set by class: the rows of each class as a separate set. Folder names are classes; data
// sets and features files written here name theirs.
#pragma once

#include <string>
#include <vector>

#include "tools/inception_score/sets.h"

namespace inception_score {

struct ClassOfSet {
  std::string name;
  Data data;
};

// In the order of the classes; those without images are left out.
// Errors: a set of one class, or whose classes are not known.
std::vector<ClassOfSet> classes_of(const ScoredSet& set);

// The class of that name, with its statistics if asked for.
// Errors: statistics, which cover all classes; no such class.
Data part_of(const ScoredSet& set, const std::string& class_name, bool statistics);

}  // namespace inception_score
