// print: a tensor as text: its shape, then its values as NumPy prints them, shortened where there
// are more than 1,000: of each axis the first and the last three.
//   std::cout << x;      [2, 3]
//                        [[1.   2.5  3.  ]
//                         [4.   5.   6.25]]
// At most eight digits after the point, as few as tell the numbers apart. Waits for the device.
// Cost: all values are copied to the host. Source: NumPy's array2string, with its defaults.
#pragma once

#include <iosfwd>

#include "engine/tensor.h"

namespace engine {

std::ostream& operator<<(std::ostream& out, const Tensor& x);  // "no tensor" if it is not defined

}  // namespace engine
