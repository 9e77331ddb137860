// The picture of a bench in two dimensions: the surface of each critic beside that of the best one.
#include <cmath>
#include <sstream>

#include "gan/console/plot.h"
#include "tools/wasserstein/bench.h"

namespace wasserstein {
namespace {

constexpr Index kSurfaceSide = 129;  // points of the grid along each axis
constexpr double kHalfSide = 2.5;    // of the square that holds them
constexpr int kColumns = 3, kPanel = 360;

Tensor grid() {
  std::vector<engine::Real> points;
  const auto place = [](Index i) {
    return static_cast<engine::Real>(kHalfSide *
                                     (2.0 * static_cast<double>(i) / (kSurfaceSide - 1) - 1));
  };
  for (Index row = 0; row < kSurfaceSide; ++row)
    for (Index column = 0; column < kSurfaceSide; ++column)
      points.push_back(place(column)), points.push_back(place(row));
  return Tensor::from({kSurfaceSide * kSurfaceSide, 2}, points);
}

// One block of the data: x, y and the value less its mean, which a critic may choose.
void add_block(std::ostringstream& data, const Tensor& points, const Tensor& values) {
  const std::vector<engine::Real> at = points.values();
  const std::vector<engine::Real> value = reshape(values - mean(values), {-1}).values();
  for (std::size_t i = 0; i < value.size(); ++i)
    data << at[2 * i] << ',' << at[2 * i + 1] << ',' << value[i] << '\n';
  data << "\n\n";
}

}  // namespace

std::string draw(BenchResult& result, const std::string& folder) {
  const engine::NoGrad constant;
  const layers::Eval evaluate;
  const Tensor points = grid();
  std::ostringstream data, panels;
  int count = 0;
  const auto panel = [&](const std::string& title, const Tensor& values) {
    add_block(data, points, values);
    panels << "set title " << gan::console::quoted(title) << "\nplot 'critics.csv' index "
           << count++ << " using 1:2:3 with image notitle\n";
  };
  panel("the best critic", -result.pair.potential(points));
  for (CriticResult& each : result.critics) panel(each.critic.name, each.first(points));
  const int columns = std::min(count, kColumns), rows = (count + columns - 1) / columns;
  std::ostringstream body;
  body << "set multiplot layout " << rows << "," << columns
       << "\nset size ratio 1\nset xrange [-2.5:2.5]\nset yrange [-2.5:2.5]\n"
       << panels.str() << "unset multiplot\n";
  return gan::console::draw({.folder = folder,
                             .name = "critics",
                             .data = data.str(),
                             .body = body.str(),
                             .width = columns * kPanel,
                             .height = rows * kPanel});
}

}  // namespace wasserstein
