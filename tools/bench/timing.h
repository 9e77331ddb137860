// Timing by medians of runs taken in turn, A B A B ...: what slows the machine for a while slows
// both.
#pragma once

#include <functional>
#include <vector>

namespace bench {

using Work = std::function<void()>;

// Seconds that one call of each takes: the median over `rounds` rounds, after one that is not
// counted.
std::vector<double> median_seconds(const std::vector<Work>& works, int rounds);

}  // namespace bench
