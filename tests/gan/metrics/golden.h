// Features for golden values that need no random numbers and are exact in float32: a hash of the
// row and the column. In Python: ((i*7919 + k*104729 + i*i*k*salt) % 1009) / 128 - 4.
#pragma once

#include "gan/metrics/features.h"

inline gan::metrics::Features golden_features(gan::metrics::Index rows, gan::metrics::Index columns,
                                              gan::metrics::Index salt) {
  gan::metrics::Features features{columns};
  for (gan::metrics::Index i = 0; i < rows; ++i)
    for (gan::metrics::Index k = 0; k < columns; ++k)
      features.values.push_back(
          static_cast<float>((i * 7919 + k * 104729 + i * i * k * salt) % 1009) / 128.F - 4.F);
  return features;
}
