// The networks: their sizes against the papers' tables, and a pass through each.
#include "gan/models/models.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engine/engine.h"
#include "gan/training/constraints.h"
#include "layers/mode.h"
#include "tests/datasets/scratch.h"

namespace {

using engine::Index;
using gan::models::Networks;

constexpr Index conv(Index kernel, Index in, Index out) { return kernel * kernel * in * out + out; }
constexpr Index dense(Index in, Index out) { return in * out + out; }
constexpr Index norm(Index channels) { return 2 * channels; }

// Layer by layer from Miyato et al. (2018), Table 3 (and the widths of chainer-gan-lib).
constexpr Index kCnnGenerator = dense(128, 4 * 4 * 512) + conv(4, 512, 256) + norm(256) +
                                conv(4, 256, 128) + norm(128) + conv(4, 128, 64) + norm(64) +
                                conv(3, 64, 3);
constexpr Index kCnnDiscriminator = conv(3, 3, 64) + conv(4, 64, 64) + conv(3, 64, 128) +
                                    conv(4, 128, 128) + conv(3, 128, 256) + conv(4, 256, 256) +
                                    conv(3, 256, 512) + dense(4 * 4 * 512, 1);
constexpr Index kWideDiscriminator = conv(3, 3, 64) + conv(4, 64, 128) + conv(3, 128, 128) +
                                     conv(4, 128, 256) + conv(3, 256, 256) + conv(4, 256, 512) +
                                     conv(3, 512, 512) + dense(4 * 4 * 512, 1);
static_assert(kCnnGenerator == 3'812'355 && kCnnDiscriminator == 2'935'873);
static_assert(kWideDiscriminator == 5'860'865);

TEST_CASE("models: parameters as in the tables of the papers") {
  struct Example {
    const char* name;
    Index generator, discriminator;
  };
  const Example examples[] = {
      {"sn-cnn", kCnnGenerator, kCnnDiscriminator},
      {"sn-cnn-wide", kCnnGenerator + norm(4 * 4 * 512), kWideDiscriminator},
      // Table 4, by hand: 528,384 + 3 x 1,246,976 + 512 + 6,915, and 151,680 + 311,680 + 2 x
      // 295,168 + 128.
      {"sn-resnet", 4'276'739, 1'053'824},
  };
  for (const Example& example : examples) {
    CAPTURE(example.name);
    Networks networks = gan::models::build_networks(example.name, {32, 32, 3}, {});
    CHECK(gan::models::parameter_count(networks.generator) == example.generator);
    CHECK(gan::models::parameter_count(networks.discriminator) == example.discriminator);
  }
}

TEST_CASE("models: noise to images to numbers, for other sizes and channels too") {
  for (const gan::models::Model& model : gan::models::all()) {
    for (const gan::models::ImageSize& image :
         {gan::models::ImageSize{32, 32, 3}, gan::models::ImageSize{16, 24, 1}}) {
      CAPTURE(model.name);
      CAPTURE(image.width);
      Networks networks = gan::models::build_networks(model.name, image,
                                                      gan::training::ConstraintChain("spectral")());
      const engine::Tensor fake = networks.generator(engine::normal({2, networks.z_dim}));
      CHECK(fake.shape() == engine::Shape{2, image.height, image.width, image.channels});
      const engine::Tensor score = networks.discriminator(fake);
      CHECK(score.shape() == engine::Shape{2, 1});
      for (const engine::Tensor& g : grad(sum(score), networks.generator.parameters())) {
        const engine::Real size = sum(abs(g)).item();
        CHECK(std::isfinite(size));
        if (g.rank() >= 2) CHECK(size > 0);  // a bias before a batch norm has none
      }
    }
  }
}

TEST_CASE("models: every weight of a discriminator is constrained, no other value is") {
  for (const gan::models::Model& model : gan::models::all()) {
    CAPTURE(model.name);
    Networks networks = gan::models::build_networks(model.name, {32, 32, 3},
                                                    gan::training::ConstraintChain("spectral")());
    CHECK(std::ssize(layers::weights(networks.discriminator)) ==
          gan::models::constrained(model, {32, 32, 3}));
    for (const layers::Param* param : networks.discriminator.parameters())
      CHECK(param->constraints().size() == (param->raw().rank() >= 2 ? 1 : 0));
    for (const layers::Param* param : networks.generator.parameters())
      CHECK(param->constraints().empty());
  }
}

TEST_CASE("models: the ResNet of each size has the blocks of its source") {
  const auto shortcut = [](Index in, Index out) { return conv(1, in, out); };
  const auto up = [&](Index in, Index out) {
    return norm(in) + conv(3, in, out) + norm(out) + conv(3, out, out) + shortcut(in, out);
  };
  const auto first = [&](Index out) {
    return conv(3, 3, out) + conv(3, out, out) + shortcut(3, out);
  };
  const auto down = [&](Index in, Index out) {
    return conv(3, in, in) + conv(3, in, out) + shortcut(in, out);
  };
  const Index narrow = up(512, 256) + up(256, 128) + up(128, 64) + norm(64) + conv(3, 64, 3);
  const Index five =
      first(64) + down(64, 128) + down(128, 256) + down(256, 512) + down(512, 1024) + 1024;
  struct Example {
    Index side, generator, discriminator, constrained;
  };
  const Example examples[] = {
      {48, dense(128, 6 * 6 * 512) + narrow, five, 16},
      {64, dense(128, 4 * 4 * 1024) + up(1024, 512) + narrow, five, 16},
      {96, dense(128, 6 * 6 * 1024) + up(1024, 512) + narrow, five, 16},
      {128, dense(128, 4 * 4 * 1024) + up(1024, 1024) + up(1024, 512) + narrow,
       five + 2 * conv(3, 1024, 1024), 18},
  };
  const gan::models::Model& model = gan::models::find_model("sn-resnet");
  for (const Example& example : examples) {
    CAPTURE(example.side);
    const gan::models::ImageSize image{example.side, example.side, 3};
    Networks networks = gan::models::build_networks(model.name, image, {});
    CHECK(gan::models::parameter_count(networks.generator) == example.generator);
    CHECK(gan::models::parameter_count(networks.discriminator) == example.discriminator);
    CHECK(gan::models::constrained(model, image) == example.constrained);
    CHECK(std::ssize(layers::weights(networks.discriminator)) == example.constrained);
    if (example.side > 64) continue;  // the others are slow on a CPU
    const engine::NoGrad constant;
    const engine::Tensor fake = networks.generator(engine::normal({2, networks.z_dim}));
    CHECK(fake.shape() == engine::Shape{2, example.side, example.side, 3});
    CHECK(networks.discriminator(fake).shape() == engine::Shape{2, 1});
  }
}

TEST_CASE("models: points of the plane need the model that takes them") {
  CHECK(says(complaint([] {
               gan::models::build_networks("sn-small", {1, 2, 1}, {});
             }),
             "sn-small", "wgan-gp-mlp"));
}

TEST_CASE("models: an image size that does not fit is refused, with the way out") {
  CHECK(says(complaint([] {
               gan::models::build_networks("sn-small", {28, 28, 1}, {});
             }),
             "28x28", "data.resize=32"));
}

}  // namespace
