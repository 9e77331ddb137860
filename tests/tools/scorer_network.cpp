// The network of train_scorer: the views that its evaluation averages.
#include <doctest/doctest.h>

#include <algorithm>

#include "engine/engine.h"
#include "engine/graph/graph.h"
#include "layers/layers.h"
#include "tests/support/definitions.h"
#include "tools/train_scorer/network.h"

using namespace tests;

namespace {

constexpr Index kSide = 16;

// The images moved by (dy, dx), with what is missing at an edge mirrored there, and turned over if
// `mirrored`: pixel by pixel.
Tensor view(const Tensor& images, Index dy, Index dx, bool mirrored) {
  const Host from(images);
  const auto inside = [](Index i) { return i < 0 ? -i : std::min(i, 2 * (kSide - 1) - i); };
  return definitions::each(images.shape(),
                           [&](const Position& p) {
                             const Index column = mirrored ? kSide - 1 - p[2] : p[2];
                             return from.at({p[0], inside(p[1] - dy), inside(column - dx), p[3]});
                           })
      .tensor();
}

}  // namespace

TEST_CASE("scorer: an exported network answers with the mean over its views") {
  const auto shapes = datasets::open("shapes", {.resize = kSide});
  // Nothing is trained: the same seed gives the same weights, whatever the views.
  const auto network = [&](const scorer::Views& views) {
    engine::seed(1);
    layers::Sequential untrained = scorer::make_network(*shapes, 4, views);
    return engine::graph::Graph(scorer::make_model(untrained, *shapes, "untrained"));
  };
  engine::seed(2);
  const Tensor images = engine::uniform({3, kSide, kSide, 3}, 0, 255);
  const auto plain = network({.mirrored = false, .moved = false});
  for (const bool mirrored : {false, true})
    for (const bool moved : {false, true}) {
      CAPTURE(mirrored);
      CAPTURE(moved);
      Tensor sum = engine::zeros({3, 10});
      for (const bool turned : {false, true})
        for (const Index by : {-1, 0, 1})
          if ((mirrored || !turned) && (moved || by == 0))
            sum = sum + plain(view(images, by, by, turned));
      const scorer::Views views{.mirrored = mirrored, .moved = moved};
      const Tensor expected = sum / static_cast<Real>(views.count());
      // The sum's order, and blocks of another size in the products before it.
      CHECK(difference(network(views)(images), Host(expected)) < 10 * kClose);
    }
}
