// Timing by medians of interleaved runs, A B A B ...: a temporary slowdown of the machine affects
// both.
#pragma once

#include <functional>
#include <vector>

namespace bench {

using Work = std::function<void()>;
using Timed = std::function<double()>;  // does the work and returns its seconds

double seconds_of(const Work& work);

// The median seconds of each, over `rounds` rounds, after one that is not counted.
std::vector<double> median_of(const std::vector<Timed>& timed, int rounds);
std::vector<double> median_seconds(const std::vector<Work>& works, int rounds);

}  // namespace bench
