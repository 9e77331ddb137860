// Every row of pointwise.def as a CUDA kernel, and the table of them. It is compiled and never run:
// a row that only the CPU's compiler understands fails the build here.
#include <cmath>

#include "engine/real.h"

namespace {

using engine::Index;
using engine::Real;

// One pass over n elements: the operands are called x and y, as the rows call them.
#define KERNEL(name, value)                                                                  \
  __global__ void name##_row(const Real* first, const Real* second, [[maybe_unused]] Real a, \
                             [[maybe_unused]] Real b, Real* result, Index n) {               \
    const Index i = Index(blockIdx.x) * blockDim.x + threadIdx.x;                            \
    if (i >= n) return;                                                                      \
    const Real x = first[i];                                                                 \
    [[maybe_unused]] const Real y = second ? second[i] : Real(0);                            \
    result[i] = value;                                                                       \
  }
#define UNARY(name, value, dx) KERNEL(name, value)
#define UNARY_WITH(name, value, dx) KERNEL(name, value)
#define BINARY(name, value, dx, dy) KERNEL(name, value)
#define BINARY_WITH(name, value, dx, dy) KERNEL(name, value)
#include "engine/ops/pointwise.def"

}  // namespace

struct PointwiseRow {
  const char* name;
  void (*kernel)(const Real*, const Real*, Real, Real, Real*, Index);
};

#define UNARY(name, value, dx) {#name, name##_row},
#define UNARY_WITH(name, value, dx) {#name, name##_row},
#define BINARY(name, value, dx, dy) {#name, name##_row},
#define BINARY_WITH(name, value, dx, dy) {#name, name##_row},
extern const PointwiseRow pointwise_rows[];
const PointwiseRow pointwise_rows[] = {
#include "engine/ops/pointwise.def"
};
