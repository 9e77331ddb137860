// The last layer that tests of classifiers give their networks: three features, two classes.
#pragma once

#include "engine/tensor.h"

inline const engine::Tensor kWeights = engine::Tensor::from({3, 2}, {1, -2, 0.5F, 4, -1, 3});
inline const engine::Tensor kBias = engine::Tensor::from({2}, {10, 20});
