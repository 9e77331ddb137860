#include <doctest/doctest.h>

#include "datasets/dataset.h"
#include "tests/datasets/scratch.h"

TEST_CASE("data: open lists the forms it knows") {
  const auto opening = [](const std::string& spec) {
    return complaint([&] { datasets::open(spec); });
  };
  for (const std::string spec :
       {"", "shape", "cifar:/data", "shapes:/data", "/data/pictures", "gaussians", "gaussians:9"})
    CHECK(says(opening(spec), "'" + spec + "'",
               "shapes, cifar10:DIR, images:DIR, mnist:DIR, gaussians:8 or gaussians:25"));
  CHECK(says(opening("images:"), "needs a folder", "images:DIR"));
  CHECK(says(opening("mnist"), "needs a folder", "mnist:DIR"));
  CHECK(
      says(complaint([] { datasets::open("shapes", {.resize = -1}); }), "data.resize=-1", "1024"));
}

TEST_CASE("data: folders that are not there") {
  const Scratch scratch;
  for (const std::string form : {"cifar10:", "images:", "mnist:"}) {
    const std::string missing = scratch / "missing";
    CHECK(says(complaint([&] { datasets::open(form + missing); }), missing, "no such"));
  }
}
