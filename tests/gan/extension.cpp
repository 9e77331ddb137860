// What a program adds to the tables of the laboratory. docs/template does it from outside, and
// tests/package builds and runs that; here, no table keeps what is tried.
#include <doctest/doctest.h>

#include "engine/engine.h"
#include "gan/gan.h"
#include "layers/penalty.h"
#include "tests/datasets/scratch.h"

namespace {

using engine::Tensor;

// All that a constraint must have.
struct Halved {
  Tensor operator()(const layers::LinearMap& W) const { return W.weight * 0.5F; }
};

struct Scaled : Halved {
  engine::Real k = 1;
  int times = 3;
  template <class V>
  void options(V& v) {
    v("k", k);
    v("times", times);
  }
};

TEST_CASE("extensions: a row is written like the built-in ones, and made with its arguments") {
  const auto plain = gan::training::constraint_row("halved", Halved{}, "half");
  CHECK(written(plain) == "halved");
  const auto row = gan::training::constraint_row("scaled", Scaled{}, "scaled");
  CHECK(written(row) == "scaled(k=1, network_k=0, times=3)");
  const auto make = [&](const std::string& arguments, engine::Index layers) {
    return *row.make(read_arguments(row, arguments), layers).as<Scaled>();
  };
  CHECK(make("times=5", 1).times == 5);
  CHECK(make("k=2", 4).k == 2);
  CHECK(make("network_k=16", 4).k == 2);  // 16^(1/4)
}

TEST_CASE("extensions: names that are taken, and names that no setting can hold, are refused") {
  const auto refused = [](const gan::Extension& add, auto... parts) {
    return says(complaint(add), "cannot be added", parts...);
  };
  CHECK(refused(gan::constraint("spectral", Halved{}, ""), "constraint 'spectral'", "taken"));
  CHECK(refused(gan::constraint("none", Halved{}, ""), "constraint 'none'", "taken"));
  CHECK(refused(gan::penalty("gp", layers::R1{}, ""), "penalty 'gp'", "taken"));
  CHECK(refused(gan::loss({"hinge"}), "loss 'hinge'", "taken"));
  CHECK(refused(gan::model({"sn-cnn"}), "model 'sn-cnn'", "taken"));
  CHECK(refused(gan::augmentation({"color"}), "augmentation 'color'", "taken"));
  CHECK(refused(gan::data_set({"mnist"}), "data set 'mnist'", "taken"));
  CHECK(refused(gan::preset({"sn-small"}), "preset 'sn-small'", "taken"));
  for (const char* name : {"", "Mine", "my(k", "a+b", "a b", "gaussians:9"})
    CHECK(refused(gan::loss({name}), "lowercase"));
}

TEST_CASE("extensions: the rows that are there keep their places when one is added") {
  struct Named {
    const char* name;
  };
  const Named rows[] = {{"a"}, {"b"}};
  engine::Table<Named> table("thing", rows);
  const Named* const first = &table.find("a");
  for (const char* name : {"c", "d", "e", "f", "g", "h", "i", "j"}) table.add({name});
  CHECK(&table.find("a") == first);
  CHECK(table.find("j").name == std::string("j"));
  CHECK(table.size() == 10);
  CHECK(says(complaint([&] { table.find("k"); }), "unknown thing 'k'", "i or j"));
}

}  // namespace
