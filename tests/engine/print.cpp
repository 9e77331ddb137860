// Tensors as text. The texts after the shape are NumPy's own, of print() on the same float32.
#include "engine/print.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "tests/support/host.h"

using namespace tests;
using namespace engine;

namespace {

std::string printed(const Tensor& x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

Tensor upwards(const Shape& shape, Real factor = 1) {
  std::vector<Real> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = factor * static_cast<Real>(i);
  return Tensor::from(shape, values);
}

}  // namespace

TEST_CASE("print: the shape, then rows that align at the point") {
  CHECK(printed(Tensor::from({2, 3}, {1, 2.5, 3, 4, 5, 6.25})) ==
        "[2, 3]\n[[1.   2.5  3.  ]\n [4.   5.   6.25]]");
  CHECK(printed(Tensor::from({3}, {-1, 0, 10})) == "[3]\n[-1.  0. 10.]");
  CHECK(printed(scalar(3)) == "[]\n3.0");
  CHECK(printed(scalar(Real(0.5))) == "[]\n0.5");
  CHECK(printed(upwards({2, 2, 2})) ==
        "[2, 2, 2]\n[[[0. 1.]\n  [2. 3.]]\n\n [[4. 5.]\n  [6. 7.]]]");
}

TEST_CASE("print: no more digits than tell the numbers apart") {
  if (sizeof(Real) == 4)
    CHECK(printed(Tensor::from({3}, {Real(0.1), Real(1) / 3, 2})) ==
          "[3]\n[0.1        0.33333334 2.        ]");
  CHECK(printed(Tensor::from({2}, {Real(1e10), 1})) == "[2]\n[1.e+10 1.e+00]");
  CHECK(printed(Tensor::from({2}, {Real(1.5e10), -1})) == "[2]\n[ 1.5e+10 -1.0e+00]");
  CHECK(printed(Tensor::from({2}, {Real(2e-5), 0})) == "[2]\n[2.e-05 0.e+00]");
}

TEST_CASE("print: what is not a number, and what is not there") {
  const Real inf = std::numeric_limits<Real>::infinity();
  CHECK(printed(Tensor::from({4}, {1, std::nan(""), inf, -inf})) == "[4]\n[  1.  nan  inf -inf]");
  CHECK(printed(zeros({0, 3})) == "[0, 3]\n[]");
  CHECK(printed(Tensor()) == "no tensor");
}

TEST_CASE("print: long rows are wrapped, large tensors shortened") {
  CHECK(printed(upwards({30})) ==
        "[30]\n[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.\n"
        " 18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29.]");
  CHECK(printed(upwards({1001})) == "[1001]\n[   0.    1.    2. ...  998.  999. 1000.]");
  CHECK(printed(upwards({100, 100}, Real(0.5))) ==
        "[100, 100]\n"
        "[[0.0000e+00 5.0000e-01 1.0000e+00 ... 4.8500e+01 4.9000e+01 4.9500e+01]\n"
        " [5.0000e+01 5.0500e+01 5.1000e+01 ... 9.8500e+01 9.9000e+01 9.9500e+01]\n"
        " [1.0000e+02 1.0050e+02 1.0100e+02 ... 1.4850e+02 1.4900e+02 1.4950e+02]\n"
        " ...\n"
        " [4.8500e+03 4.8505e+03 4.8510e+03 ... 4.8985e+03 4.8990e+03 4.8995e+03]\n"
        " [4.9000e+03 4.9005e+03 4.9010e+03 ... 4.9485e+03 4.9490e+03 4.9495e+03]\n"
        " [4.9500e+03 4.9505e+03 4.9510e+03 ... 4.9985e+03 4.9990e+03 4.9995e+03]]");
}
