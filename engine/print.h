// print: a tensor as text: its shape, then its values as NumPy prints them. With more than 1,000
// values, only the first and last three along each axis are shown.
//   std::cout << x;      [2, 3]
//                        [[1.   2.5  3.  ]
//                         [4.   5.   6.25]]
// At most eight digits after the point, no more than needed to distinguish the numbers. Waits for
// the device. Cost: all values are copied to the host. Source: NumPy's array2string, with its
// defaults.
#pragma once

#include <iosfwd>

#include "engine/tensor.h"

namespace engine {

std::ostream& operator<<(std::ostream& out, const Tensor& x);  // "no tensor" if it is not defined

}  // namespace engine
