// Transformed weights are kept beside the weights (engine/cpu/derived.h): after every way in which
// values change, a convolution gives the bits that it gives with a copy of them, of which nothing
// is kept.
#include "engine/cpu/derived.h"

#include <doctest/doctest.h>

#include "engine/state.h"
#include "tests/support/draw.h"
#include "tests/support/restore.h"

using namespace tests;

namespace {

const engine::ConvOptions kHalving{.stride = 2, .padding = 1};

// All slots that take a weight, one after the other.
std::vector<Real> results(const Tensor& x, const Tensor& w) {
  const Tensor y = conv2d(x, w, kHalving);
  std::vector<Real> all = y.values();
  for (const Tensor& t :
       {conv2d_transpose(y, w, kHalving, x.dim(1), x.dim(2)),
        conv2d(x, w, kHalving,
               {.bias = engine::ones({w.dim(0)}), .kind = engine::Activation::relu})}) {
    const std::vector<Real> values = t.values();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

struct Change {
  const char* name;
  void (*apply)(const Tensor& w, const Tensor& other);
};
const Change kChanges[] = {
    {"values of the host",
     [](const Tensor& w, const Tensor& other) { engine::overwrite(w, other.values()); }},
    {"another tensor", [](const Tensor& w, const Tensor& other) { engine::overwrite(w, other); }},
    {"add_scaled", [](const Tensor& w, const Tensor& other) { engine::add_scaled(1, other, w); }},
    {"lerp", [](const Tensor& w, const Tensor& other) { engine::lerp(Real(0.5), other, w); }},
    {"Adam's weights",
     [](const Tensor& w, const Tensor& other) {
       const Tensor m = engine::zeros(w.shape()), v = engine::ones(w.shape());
       engine::adam_update(engine::AdamStep{1, 0, 0.5F, 1e-3F, 1, 1}, other, m, v, w);
     }},
    {"Adam's moment",
     [](const Tensor& w, const Tensor& other) {
       const Tensor v = engine::ones(w.shape()), unused = engine::zeros(w.shape());
       engine::adam_update(engine::AdamStep{1, 0, 0.5F, 1e-3F, 1, 1}, other, w, v, unused);
     }},
    {"a view of its memory",
     [](const Tensor& w, const Tensor& other) { engine::overwrite(w.detach(), other); }},
    {"a view of a part of its memory",
     [](const Tensor& w, const Tensor& other) {
       engine::overwrite(Tensor::view(w, 5, {20}), Tensor::view(other, 5, {20}));
     }},
};

}  // namespace

TEST_CASE("derived: no result of weights that have changed since") {
  const Restore restore;
  engine::set_algorithm(engine::Algorithm::filtered);
  Draw draw(31);
  const Tensor x = draw.uniform({3, 8, 8, 20}).tensor();
  const Shape shape{24, 4, 4, 20};
  for (const Change& change : kChanges) {
    CAPTURE(change.name);
    // In a block of memory with others, as an optimizer lays out parameters.
    const Tensor block = draw.uniform({2 * shape.size()}).tensor();
    const Tensor w = Tensor::view(block, shape.size(), shape);
    const std::vector<Real> before = results(x, w);
    CHECK(results(x, w) == before);
    CHECK(results(x, w.clone()) == before);
    change.apply(w, draw.uniform(shape).tensor());
    const std::vector<Real> after = results(x, w);
    CHECK(after != before);
    CHECK(after == results(x, w.clone()));
    engine::overwrite(block, draw.uniform(block.shape()).tensor());
    CHECK(results(x, w) == results(x, w.clone()));
    CHECK(results(x, w) != after);
  }
}

TEST_CASE("derived: memory that is used again starts without them") {
  const Restore restore;
  engine::set_algorithm(engine::Algorithm::filtered);
  Draw draw(32);
  const Tensor x = draw.uniform({3, 8, 8, 20}).tensor();
  const Tensor gain = draw.uniform({24, 1, 1, 1}).tensor();
  for (int trial = 0; trial < 4; ++trial) {
    const Tensor raw = draw.uniform({24, 4, 4, 20}).tensor();
    const Tensor w = raw * gain;  // in the block that the last trial's result returned
    CHECK(results(x, w) == results(x, w.clone()));
  }
}

TEST_CASE("derived: weights of one shape, in one block, in other settings, do not mix") {
  const Restore restore;
  engine::set_algorithm(engine::Algorithm::filtered);
  Draw draw(33);
  const Tensor x = draw.uniform({3, 8, 8, 20}).tensor();
  const Shape shape{24, 4, 4, 20};
  const Tensor block = draw.uniform({2 * shape.size()}).tensor();
  const Tensor one = Tensor::view(block, 0, shape), two = Tensor::view(block, shape.size(), shape);
  for (const engine::cpu::Isa isa : engine::cpu::available_isas())
    for (const engine::Precision precision :
         {engine::Precision::highest, engine::Precision::high}) {
      engine::cpu::set_isa(isa);
      engine::set_precision(precision);
      CHECK(results(x, one) == results(x, one.clone()));
      CHECK(results(x, two) == results(x, two.clone()));
      CHECK(results(x, one) != results(x, two));
      // The same memory with another meaning.
      const engine::ConvOptions dense{.padding = 1};
      const Tensor turned = reshape(one, {20, 4, 4, 24});
      const Tensor wide = draw.uniform({2, 6, 6, 24}).tensor();
      CHECK(conv2d(wide, turned, dense).values() == conv2d(wide, turned.clone(), dense).values());
    }
}

TEST_CASE("derived: one transform serves all batches and image sizes until the weights change") {
  if (kDouble) return;  // no filters
  const Restore restore;
  engine::set_algorithm(engine::Algorithm::filtered);
  Draw draw(34);
  const engine::ConvOptions options{.padding = 1};
  const Tensor w = draw.uniform({24, 3, 3, 20}).tensor();
  const auto kept = [&] { return engine::cpu::derived().count(w.data(), w.size()); };
  CHECK(kept() == 0);
  const Tensor y = conv2d(draw.uniform({2, 8, 8, 20}).tensor(), w, options);
  CHECK(kept() == 1);
  conv2d(draw.uniform({5, 6, 10, 20}).tensor(), w, options);
  CHECK(kept() == 1);
  conv2d_transpose(y, w, options, 8, 8);
  conv2d_transpose(y, w.detach(), options, 8, 8);
  CHECK(kept() == 2);
  engine::overwrite(w, draw.uniform(w.shape()).tensor());
  CHECK(kept() == 0);
}
