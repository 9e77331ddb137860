// The kernel distance of two sets of images (KID, if the features are Inception's pool_3): the
// squared maximum mean discrepancy under a kernel, (gamma x.y + coef0)^degree or
// exp(-|x - y|^2 / (2 sigma^2)), unbiased, averaged over random subsets. Unlike FID its expectation
// does not depend on the number of images. It may be a little below 0: the sets are then alike.
//
// Options have torch-fidelity's names and defaults, and the subsets are its own: one RandomState
// draws without replacement for the first set and for the second in turn.
// Cost: 3 size^2 n products a subset; 100 of 1000 from 2048 features take half a minute on two
// cores. Errors: fewer rows than a subset has, values that are not finite, numbers of features that
// differ, a sigma that is not positive. Source: Binkowski et al., "Demystifying MMD GANs", 2018,
// section 4.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "gan/metrics/features.h"

namespace gan::metrics {

enum class Kernel { polynomial, gaussian };
struct KernelName {
  Kernel kernel;
  const char* name;  // torch-fidelity's
};
std::span<const KernelName> kernels();
Kernel kernel_named(const std::string& name);  // Errors: any other name

struct KernelDistanceOptions {
  Index subsets = 100;
  Index size = 1000;  // of a subset
  Kernel kernel = Kernel::polynomial;
  Index degree = 3;
  std::optional<double> gamma = {};  // none: 1 / n for n features
  double coef0 = 1;
  double sigma = 10;  // of the Gaussian
  std::uint32_t seed = 2020;
};

Estimate kernel_distance(const Features& a, const Features& b,
                         const KernelDistanceOptions& options = {});
// Of these rows, as if they were all. A row may come several times, as in a bootstrap's sample: a
// pair of a row with itself is left out of the means within a set.
Estimate kernel_distance(const Features& a, Rows rows_a, const Features& b, Rows rows_b,
                         const KernelDistanceOptions& options = {});

}  // namespace gan::metrics
