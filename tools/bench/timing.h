// Timing by medians of runs taken in turn, A B A B ...: what slows the machine for a while slows
// both.
#pragma once

#include <functional>
#include <vector>

namespace bench {

using Work = std::function<void()>;
using Timed = std::function<double()>;  // works, and tells the seconds it took

double seconds_of(const Work& work);

// The median of what each tells, over `rounds` rounds, after one that is not counted.
std::vector<double> median_of(const std::vector<Timed>& timed, int rounds);
std::vector<double> median_seconds(const std::vector<Work>& works, int rounds);

}  // namespace bench
