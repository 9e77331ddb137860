// Every pair of networks under every constraint, as ONNX: read back, it gives the same results.
#include "gan/models/onnx.h"

#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/graph/graph.h"
#include "engine/graph/write_onnx.h"
#include "gan/training/constraints.h"
#include "layers/labels.h"
#include "layers/mode.h"
#include "tests/graph/compare.h"

namespace {

using engine::Tensor;
using engine::graph::Graph;

constexpr double kRounding = 1e-6;  // of largest values: folded scales round a little differently

Tensor through_onnx(const engine::graph::Model& model, const Tensor& x) {
  return Graph::parse(engine::graph::write_onnx(model), "written")(x);
}

TEST_CASE("export: all models under all constraints give the same numbers when read again") {
  const gan::models::ImageSize image{8, 8, 3};  // the smallest
  for (const gan::models::Model& model : gan::models::all())
    for (const std::string& constraint : gan::training::constraint_names()) {
      CAPTURE(model.name);
      CAPTURE(constraint);
      engine::seed(3);
      gan::models::Networks networks = gan::models::build_networks(
          model.name, image, gan::training::ConstraintChain(constraint)());
      const Tensor z = engine::normal({3, networks.z_dim});
      {
        // As after a step of training: statistics and power iterations have moved.
        const engine::NoGrad constant;
        networks.discriminator(networks.generator(z));
      }
      const layers::Eval evaluate;
      const engine::NoGrad constant;
      const Tensor images = networks.generator(z), score = networks.discriminator(images);
      if (constraint == "none")
        CHECK(largest_difference(through_onnx(generator_model(networks), z), images) < kRounding);
      CHECK(largest_difference(through_onnx(discriminator_model(networks, image), images), score) <
            kRounding);
    }
}

TEST_CASE("export: conditional models, for one class at a time") {
  const gan::models::ImageSize image{8, 8, 3};
  for (const gan::models::Model& model : gan::models::all()) {
    if (!model.conditional) continue;
    CAPTURE(model.name);
    engine::seed(4);
    gan::models::Networks networks =
        gan::models::build_networks(model.name, image, {}, {.classes = 3});
    for (layers::Param* param : networks.generator.parameters())
      if (param->raw().rank() == 2) param->assign(engine::normal(param->raw().shape(), 0, 0.1F));
    const Tensor z = engine::normal({3, networks.z_dim});
    const layers::Eval evaluate;
    const engine::NoGrad constant;
    std::vector<Tensor> made;
    for (const engine::Index label : {0, 2}) {
      const layers::Labels given = layers::Labels::all_of(label);
      const Tensor images = networks.generator(z), score = networks.discriminator(images);
      made.push_back(images);
      CHECK(largest_difference(through_onnx(generator_model(networks), z), images) < kRounding);
      CHECK(largest_difference(through_onnx(discriminator_model(networks, image), images), score) <
            kRounding);
    }
    CHECK(largest_difference(made[0], made[1]) > 1e-3);
  }
}

}  // namespace
