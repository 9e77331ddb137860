#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

#include "layers/layers.h"
using namespace engine;
using namespace layers;

// 1. Exact transport between n and n points: the cheapest assignment (Kuhn, 1955; here with
// potentials, n^3). Row and column 0 are not points.
double transport(const std::vector<Real>& p, const std::vector<Real>& q, int n) {
  const auto cost = [&](int i, int j) {
    return std::hypot(p[2 * i - 2] - q[2 * j - 2], p[2 * i - 1] - q[2 * j - 1]);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> u(n + 1), v(n + 1);
  std::vector<int> match(n + 1), way(n + 1);
  for (int i = 1; i <= n; ++i) {
    std::vector<double> least(n + 1, infinity);
    std::vector<bool> used(n + 1);
    int j = 0;
    for (match[0] = i; match[j] != 0;) {
      used[j] = true;
      const int row = match[j];
      int next = 0;
      for (int k = 1; k <= n; ++k) {
        if (used[k]) continue;
        const double reduced = cost(row, k) - u[row] - v[k];
        if (reduced < least[k]) least[k] = reduced, way[k] = j;
        if (next == 0 || least[k] < least[next]) next = k;
      }
      const double step = least[next];
      for (int k = 0; k <= n; ++k) used[k] ? (u[match[k]] += step, v[k] -= step) : least[k] -= step;
      j = next;
    }
    for (; j != 0; j = way[j]) match[j] = match[way[j]];
  }
  double total = 0;
  for (int j = 1; j <= n; ++j) total += cost(match[j], j);
  return total / n;
}

Tensor cloud(Index n, float shift) {
  const Tensor side = sign(uniform({n, 1}, -1, 1)) * shift;
  return concat({side, zeros({n, 1})}, 1) + 0.1F * normal({n, 2});
}

int main() {
  seed(1);
  for (const int n : {128, 512})
    std::printf("%d points: %.2f\n", n, transport(cloud(n, 3).values(), cloud(n, 0).values(), n));
  std::printf("twice from one cloud: %.2f\n",
              transport(cloud(512, 0).values(), cloud(512, 0).values(), 512));
}
