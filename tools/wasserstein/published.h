// What others reached: the figures of Korotin, Kolesov and Burnaev, "Kantorovich Strikes Back!"
// (NeurIPS 2022), for the pairs of their high-dimensional benchmark. The method called "true" is
// the truth. Other pairs of the same dimension and number of funnels have other centers.
#pragma once

#include <vector>

#include "engine/real.h"

namespace wasserstein {

using engine::Index;

struct PublishedRow {
  Index dimension, funnels;
  const char* name;
  double cos, l2, w1;
};

// Empty where nothing is published.
std::vector<PublishedRow> published(Index dimension, Index funnels);

}  // namespace wasserstein
