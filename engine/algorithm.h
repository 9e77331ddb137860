// The algorithm that convolutions use. `automatic`, the default, lets the shape and precision()
// choose. `direct` computes the definition. `filtered` takes a minimal filter (filtering.h)
// wherever one exists, even where it is slower; use it for comparisons and tests. Results differ in
// their last digits. The double build computes the definition; CUDA filters in `highest` only, with
// the filters that are as accurate as the direct sum.
#pragma once

#include <string>
#include <vector>

namespace engine {

enum class Algorithm { automatic, direct, filtered };

// The algorithm in use, for all threads; and the algorithms by name.
Algorithm algorithm();
void set_algorithm(Algorithm algorithm);
Algorithm algorithm_named(const std::string& name);  // Errors: a name not in algorithm_names()
std::vector<std::string> algorithm_names();

// The convolutions that ran since the last call: "direct 2, F(4x4, 3x3) 5". Each phase of a strided
// transposed convolution counts as one, except on CUDA, where direct phases count as one together.
std::string algorithms_run();
// For kernels: records a convolution by the filters (indices of kFilters) along both axes, or by
// the definition.
void note_filtered(int filter_h, int filter_w);
void note_direct();

}  // namespace engine
