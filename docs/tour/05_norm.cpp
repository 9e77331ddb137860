#include <cstdio>
#include <string>

#include "engine/linalg.h"
#include "gan/console/plot.h"
#include "layers/layers.h"
#include "layers/lipschitz/bounds.h"
#include "layers/lipschitz/toeplitz.h"
using namespace engine;
using namespace layers;

int main() {
  seed(1);
  const Tensor k = normal({8, 3, 3, 8}, 0, 0.1F);
  std::string data = "size,reshaped,exact,certified,method1\n";
  std::printf("image  sigma(R)  sigma(T)  certified  method 1\n");
  for (const Index size : {3, 4, 6, 8, 12, 16}) {
    const LinearMap W = LinearMap::conv(k, {.padding = 1}, size, size);
    const double reshaped = reshaped_norm(W), exact = audited_norm(W);
    const double certified = certified_upper_bound(W), method1 = tsuzuku_bound(W);
    std::printf("%2d x %-2d %8.3f %9.3f %10.3f %9.3f\n", int(size), int(size), reshaped, exact,
                certified, method1);
    data += std::to_string(size) + "," + std::to_string(reshaped) + "," + std::to_string(exact) +
            "," + std::to_string(certified) + "," + std::to_string(method1) + "\n";
  }

  const LinearMap small = LinearMap::conv(k, {.padding = 1}, 4, 4);
  std::printf("4 x 4 by the matrix itself: %.3f\n", spectral_norm(toeplitz(small)));

  gan::console::draw({.folder = ".",
                      .name = "05_norm",
                      .data = data,
                      .body = "set xlabel 'height and width of the image'; set ylabel 'norm'\n"
                              "set yrange [0:*]; set key bottom right\n"
                              "plot for [i=2:5] '05_norm.csv' using 1:i with linespoints pt 7 "
                              "title columnheader\n",
                      .width = 640,
                      .height = 400});
}
