// The kernel distance between two sets of images (KID, if the features are Inception's pool_3): the
// squared maximum mean discrepancy under a kernel, (gamma x.y + coef0)^degree or
// exp(-|x - y|^2 / (2 sigma^2)), unbiased, averaged over random subsets. Unlike FID its expectation
// does not depend on the number of images. It may be slightly negative for similar sets.
//
// Options have torch-fidelity's names and defaults, and so do the subsets: one RandomState draws
// without replacement for the first and the second set in turn. Cost: 3 size^2 n products per
// subset; 100 of 1000 with 2048 features take half a minute on two cores. Errors: fewer rows than a
// subset, non-finite values, different numbers of features, a sigma that is not positive. Source:
// Binkowski et al., "Demystifying MMD GANs", 2018, section 4.
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
// Of these rows only. A row may occur several times, as in a bootstrap sample: a pair of a row with
// itself is excluded from the means within a set.
Estimate kernel_distance(const Features& a, Rows rows_a, const Features& b, Rows rows_b,
                         const KernelDistanceOptions& options = {});

}  // namespace gan::metrics
