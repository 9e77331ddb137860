// The kernel distance of two sets of images (KID, if the features are Inception's pool_3): the
// squared maximum mean discrepancy under the kernel (x.y / n + 1)^3, unbiased, averaged over random
// subsets. Unlike FID its expectation does not depend on the number of images. It may be a little
// below 0: the sets are then alike.
//
// The subsets are torch-fidelity's: one RandomState draws without replacement for the first set and
// for the second in turn. Cost: 3 size^2 n products a subset; 100 of 1000 from 2048 features take
// half a minute on two cores. Errors: fewer rows than a subset has, numbers of features that
// differ. Source: Binkowski et al., "Demystifying MMD GANs", 2018, section 4.
#pragma once

#include <cstdint>

#include "gan/metrics/features.h"

namespace gan::metrics {

struct KernelDistanceOptions {
  Index subsets = 100;
  Index size = 1000;  // of a subset
  std::uint32_t seed = 2020;
};

Estimate kernel_distance(const Features& a, const Features& b,
                         const KernelDistanceOptions& options = {});

}  // namespace gan::metrics
