#include "gan/metrics/transport.h"

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/check.h"
#include "gan/metrics/finite.h"

namespace gan::metrics {
namespace {

using engine::check;
using engine::Index;
using engine::Tensor;
using Graph = lemon::SmartDigraph;

void check_sets(const Tensor& a, const Tensor& b) {
  check(a.rank() == 2 && b.rank() == 2, "exact distance: sets must be [points, dimension], got ",
        a.shape(), " and ", b.shape());
  check(a.dim(1) == b.dim(1), "exact distance: points of ", a.dim(1), " and of ", b.dim(1),
        " dimensions do not lie in one space");
  check(a.dim(0) == b.dim(0), "exact distance: sets of ", a.dim(0), " and ", b.dim(0),
        " points; it takes two of the same size");
  check(a.size() > 0, "exact distance: the sets are empty");
}

std::vector<engine::Real> values_of(const Tensor& x) {
  std::vector<engine::Real> values = x.values();
  check(all_finite(values), "exact distance: a set holds values that are not finite");
  return values;
}

// The distance of each pair by the arc between them, for the solver, which asks once for each.
class Distances {
 public:
  using Key = Graph::Arc;
  using Value = double;
  Distances(const Tensor& a, const Tensor& b, const OnRow& on_row)
      : n_(a.dim(0)), dimension_(a.dim(1)), a_(values_of(a)), b_(values_of(b)), on_row_(on_row) {}
  double operator[](const Key& arc) const {
    if (on_row_ && asked_++ % n_ == 0) on_row_(asked_ / n_);
    const Index pair = Graph::id(arc);  // arcs are added row after row
    const engine::Real* p = a_.data() + pair / n_ * dimension_;
    const engine::Real* q = b_.data() + pair % n_ * dimension_;
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (Index d = 0; d < dimension_; ++d) {
      const double difference = double{p[d]} - double{q[d]};
      sum += difference * difference;
    }
    return std::sqrt(sum);
  }

 private:
  Index n_, dimension_;
  std::vector<engine::Real> a_, b_;
  const OnRow& on_row_;
  mutable Index asked_ = 0;
};

}  // namespace

double transport_memory(Index n, Index dimension) {
  constexpr double kBytesOfPair = 45, kCopies = 4;  // both sets, and what the distances read
  const auto points = static_cast<double>(n), width = static_cast<double>(dimension);
  return kBytesOfPair * points * points + kCopies * sizeof(engine::Real) * points * width;
}

double exact_distance(const Tensor& a, const Tensor& b, const OnRow& on_row) {
  check_sets(a, b);
  const Index n = a.dim(0);
  check(n <= kMostTransported, "exact distance: ", n, " points a set; it takes at most ",
        kMostTransported, ": choose fewer");
  Graph graph;
  const auto nodes = static_cast<int>(n);
  graph.reserveNode(2 * nodes);
  graph.reserveArc(nodes * nodes);
  for (int i = 0; i < 2 * nodes; ++i) graph.addNode();
  for (int i = 0; i < nodes; ++i)
    for (int j = 0; j < nodes; ++j)
      graph.addArc(Graph::nodeFromId(i), Graph::nodeFromId(nodes + j));
  Graph::NodeMap<short> supply(graph, 1);  // each point gives one, or takes one
  for (int j = 0; j < nodes; ++j) supply[Graph::nodeFromId(nodes + j)] = -1;
  lemon::NetworkSimplex<Graph, short, double> simplex(graph);
  simplex.supplyMap(supply).costMap(Distances(a, b, on_row));
  check(simplex.run() == simplex.OPTIMAL, "exact distance: the network simplex found no plan");
  return simplex.totalCost<double>() / static_cast<double>(n);
}

double exact_distance_on_line(const Tensor& a, const Tensor& b) {
  check_sets(a, b);
  check(a.dim(1) == 1, "exact distance on a line: points have ", a.dim(1), " dimensions");
  std::vector<engine::Real> p = values_of(a), q = values_of(b);
  std::sort(p.begin(), p.end()), std::sort(q.begin(), q.end());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::abs(double{p[i]} - double{q[i]});
  return sum / static_cast<double>(p.size());
}

}  // namespace gan::metrics
