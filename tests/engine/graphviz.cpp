// graphviz.h: the text of a graph, whatever its depth and names.
#include "engine/graphviz.h"

#include <doctest/doctest.h>

#include "engine/engine.h"

using namespace engine;

TEST_CASE("graphviz: boxes for ops, ellipses for leaves, arrows in the order of the inputs") {
  const Tensor x = zeros({3}), w = zeros({3}), y = sum(w * x);
  CHECK(graphviz(y, {{"x", x}, {"w \"\\", w}, {"y", y}}) == R"(digraph {
  node [fontname="Helvetica"];
  n0 [label="x [3]", shape="ellipse"];
  n1 [label="w \"\\ [3]", shape="ellipse"];
  n2 [label="mul [3]", shape="box"];
  n1 -> n2;
  n0 -> n2;
  n3 [label="y = sum_to []", shape="box"];
  n2 -> n3;
}
)");
}

TEST_CASE("graphviz: a tensor used twice is drawn once, with an arrow for each use") {
  const Tensor x = zeros({2});
  const std::string dot = graphviz(x * x);
  CHECK(dot.find("n0 -> n1;\n  n0 -> n1;") != std::string::npos);
  CHECK(dot.find("n2") == std::string::npos);
}

TEST_CASE("graphviz: a graph of any depth, and no graph") {
  Tensor y = zeros({1});
  for (int i = 0; i < 100000; ++i) y = y + 1;
  CHECK(graphviz(y).find("n100000 [") != std::string::npos);
  CHECK(graphviz(y.detach()).find("->") == std::string::npos);
  CHECK_THROWS_WITH_AS(graphviz(Tensor()), "graphviz: there is no tensor to draw", Error);
}
