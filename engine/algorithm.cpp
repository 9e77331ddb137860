#include "engine/algorithm.h"

#include "engine/check.h"
#include "engine/choices.h"

namespace engine {
namespace {

Algorithm chosen = Algorithm::automatic;

struct Row {
  const char* name;
  Algorithm algorithm;
};
constexpr Row kAlgorithms[] = {{"automatic", Algorithm::automatic},
                               {"direct", Algorithm::direct},
                               {"filtered", Algorithm::filtered}};

}  // namespace

Algorithm algorithm() { return chosen; }
void set_algorithm(Algorithm algorithm) { chosen = algorithm; }

Algorithm algorithm_named(const std::string& name) {
  for (const Row& row : kAlgorithms)
    if (row.name == name) return row.algorithm;
  fail("unknown algorithm '", name, "'; use ", alternatives(algorithm_names()));
}

std::vector<std::string> algorithm_names() { return names_of(kAlgorithms); }

}  // namespace engine
