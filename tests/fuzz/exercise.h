// What both fuzz targets of graphs do with a model that was read: look for a classifier in it, plan
// it, and run it on small inputs. Only engine::Error may come out, and nothing large may be
// allocated.
#pragma once

#include "engine/check.h"
#include "engine/graph/graph.h"
#include "engine/graph/plan.h"
#include "gan/metrics/survey.h"

inline void exercise(engine::graph::Model model) {
  using namespace engine;
  using namespace engine::graph;
  constexpr Index kMost = 1 << 14;
  try {
    Model copy = model;
    (void)gan::metrics::survey(copy);
  } catch (const Error&) {  // no classifier
  }
  const Graph graph(std::move(model));
  std::vector<std::string> fed, wanted;
  std::vector<Value> feeds;
  for (const Port& port : graph.inputs()) {
    Shape shape;
    for (Index extent : port.extents)
      if (shape.rank() < Shape::kMaxRank) shape.push_back(extent < 0 || extent > 5 ? 2 : extent);
    fed.push_back(port.name);
    if (is_real(port.type))
      feeds.emplace_back(ones(shape), port.type);
    else
      feeds.emplace_back(shape, Whole(static_cast<std::size_t>(shape.size()), 1), Type::int64);
  }
  for (const Port& port : graph.outputs())
    if (wanted.size() < 8) wanted.push_back(port.name);
  graph.plan(fed, wanted).run(feeds, kMost);
}
