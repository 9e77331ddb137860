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
        " dimensions; both sets need the same dimension");
  check(a.dim(0) == b.dim(0), "exact distance: sets of ", a.dim(0), " and ", b.dim(0),
        " points; both sets need the same size");
  check(a.size() > 0, "exact distance: the sets are empty");
}

std::vector<engine::Real> values_of(const Tensor& x) {
  std::vector<engine::Real> values = x.values();
  check(all_finite(values), "exact distance: a set holds values that are not finite");
  return values;
}

// No distance between points of both sets is larger.
double diameter(const std::vector<engine::Real>& a, const std::vector<engine::Real>& b,
                Index dimension) {
  double squares = 0;
  for (Index d = 0; d < dimension; ++d) {
    double low = a[d], high = low;
    for (const auto* set : {&a, &b})
      for (std::size_t i = d; i < set->size(); i += dimension) {
        low = std::min(low, double{(*set)[i]});
        high = std::max(high, double{(*set)[i]});
      }
    squares += (high - low) * (high - low);
  }
  check(std::isfinite(squares), "exact distance: points lie too far apart for double precision");
  return std::sqrt(squares);
}

class Distances {
 public:
  Distances(const Tensor& a, const Tensor& b)
      : n_(a.dim(0)),
        dimension_(a.dim(1)),
        a_(values_of(a)),
        b_(values_of(b)),
        diameter_(diameter(a_, b_, dimension_)) {}
  double diameter_of_both() const { return diameter_; }
  double operator()(Index pair) const {
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
  double diameter_;
};

// The distance of each pair by its arc, for the solver, which queries each once, row by row.
// In integers: where distances differ only by rounding, a simplex in floating point may pivot in a
// cycle forever. The unit is 2^-44 of the diameter, so that the potentials,
// sums of up to 2 n distances, stay far below the 2^62 that the solver takes for infinite.
class Costs {
 public:
  using Key = Graph::Arc;
  using Value = std::int64_t;
  Costs(const Distances& distances, Index n, const OnRow& on_row)
      : distances_(distances),
        unit_(distances.diameter_of_both() > 0
                  ? distances.diameter_of_both() / static_cast<double>(1LL << 44)
                  : 1),
        n_(n),
        on_row_(on_row) {}
  Value operator[](const Key& arc) const {
    if (on_row_ && asked_++ % n_ == 0) on_row_(asked_ / n_);
    return std::llround(distances_(Graph::id(arc)) / unit_);
  }

 private:
  const Distances& distances_;
  double unit_;
  Index n_;
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
  check(n <= kMostTransported, "exact distance: ", n, " points per set; at most ", kMostTransported,
        " are supported");
  Graph graph;
  const auto nodes = static_cast<int>(n);
  graph.reserveNode(2 * nodes);
  graph.reserveArc(nodes * nodes);
  for (int i = 0; i < 2 * nodes; ++i) graph.addNode();
  for (int i = 0; i < nodes; ++i)
    for (int j = 0; j < nodes; ++j)
      graph.addArc(Graph::nodeFromId(i), Graph::nodeFromId(nodes + j));
  Graph::NodeMap<short> supply(graph, 1);  // each point supplies one unit, or demands one
  for (int j = 0; j < nodes; ++j) supply[Graph::nodeFromId(nodes + j)] = -1;
  const Distances distances(a, b);
  lemon::NetworkSimplex<Graph, short, std::int64_t> simplex(graph);
  simplex.supplyMap(supply).costMap(Costs(distances, n, on_row));
  check(simplex.run() == simplex.OPTIMAL, "exact distance: the network simplex found no plan");
  double sum = 0;
  for (Index pair = 0; pair < n * n; ++pair)
    if (simplex.flow(Graph::arcFromId(static_cast<int>(pair))) > 0) sum += distances(pair);
  return sum / static_cast<double>(n);
}

double exact_distance_on_line(const Tensor& a, const Tensor& b) {
  check_sets(a, b);
  check(a.dim(1) == 1, "exact distance on a line: points must have dimension 1, got ", a.dim(1));
  std::vector<engine::Real> p = values_of(a), q = values_of(b);
  std::sort(p.begin(), p.end()), std::sort(q.begin(), q.end());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::abs(double{p[i]} - double{q[i]});
  return sum / static_cast<double>(p.size());
}

}  // namespace gan::metrics
