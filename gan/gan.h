// The program gan as a function, and the extensions that a program of your own can add to it. An
// extension behaves like what is built in: --set finds it, --help lists it, and runs save and
// resume it.
//
//   int main(int argc, char** argv) {
//     return gan::program(argc, argv, {gan::constraint("mine", Mine{}, "k W / the largest weight")});
//   }
//
// docs/template is a project that does this. The kinds of extensions, and the header that describes
// each:
//   constraint    a value, called with a LinearMap       layers/constraint.h
//   penalty       a value, called with critic and images layers/penalty.h
//   optimizer     a value that makes one                 gan/training/optimizers.h
//   loss          two functions                          gan/training/losses.h
//   augmentation  a function of images                   gan/training/augmentations.h
//   model         a function that builds both networks   gan/models/models.h
//   data_set      a function that opens it               datasets/dataset.h
//   preset        a function that gives all settings     gan/training/presets.h
// Errors: a name that is taken or not of the form [a-z0-9-]+ gives one line on stderr and status 1.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/dataset.h"
#include "gan/models/models.h"
#include "gan/training/augmentations.h"
#include "gan/training/constraints.h"
#include "gan/training/losses.h"
#include "gan/training/optimizers.h"
#include "gan/training/penalties.h"
#include "gan/training/presets.h"

namespace gan {

// Adds a row to its table when the program starts.
using Extension = std::function<void()>;

// A row of any table; the functions below name the tables.
template <class Row>
Extension row(engine::Table<Row>& table, Row added) {
  return [&table, added = std::move(added)] { table.add(added); };
}

template <class Kind>
Extension constraint(std::string name, Kind kind, std::string help) {
  return row(training::constraints(),
             training::constraint_row(std::move(name), std::move(kind), std::move(help)));
}
template <class Kind>
Extension penalty(std::string name, Kind kind, std::string help) {
  return row(training::penalties(),
             training::penalty_row(std::move(name), std::move(kind), std::move(help)));
}
template <class Choice>
Extension optimizer(std::string name, Choice choice, std::string help) {
  return row(training::optimizers(),
             training::optimizer_row(std::move(name), std::move(choice), std::move(help)));
}
inline Extension loss(training::Loss loss) { return row(training::losses(), loss); }
inline Extension augmentation(training::Augmentation augmentation) {
  return row(training::augmentations(), augmentation);
}
inline Extension model(models::Model model) { return row(models::all(), model); }
inline Extension data_set(datasets::Kind kind) { return row(datasets::kinds(), kind); }
inline Extension preset(training::Preset preset) { return row(training::presets(), preset); }

// The program, from its command line to its exit status: 0 done, 1 the work failed, 2 bad usage.
int program(int argc, char** argv, const std::vector<Extension>& extensions = {});

}  // namespace gan
