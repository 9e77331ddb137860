// The rows of pointwise.def as kernels: one template each for map and zip, and a table of them.
#include "engine/cuda/backend.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/traverse.h"
#include "engine/row_functions.h"

namespace engine::cuda {
namespace {

using namespace row_functions;

#define UNARY(name, value, dx, ...)                                                          \
  struct name##_row {                                                                        \
    static constexpr const char* kName = #name;                                              \
    __device__ static Real apply(Real x, [[maybe_unused]] Real a, [[maybe_unused]] Real b) { \
      return value;                                                                          \
    }                                                                                        \
  };
#define UNARY_WITH UNARY
#define BINARY(name, value, dx, dy, ...)                                             \
  struct name##_row {                                                                \
    static constexpr const char* kName = #name;                                      \
    __device__ static Real apply([[maybe_unused]] Real x, [[maybe_unused]] Real y,   \
                                 [[maybe_unused]] Real a, [[maybe_unused]] Real b) { \
      return value;                                                                  \
    }                                                                                \
  };
#define BINARY_WITH BINARY
#include "engine/ops/pointwise.def"

template <class Row, int width>
__global__ void map_kernel(RowConstants c, Index n, const Real* x, Real* z) {
  const Index i = thread_number();
  if ((i + 1) * width <= n) {
    Pack<width> pack = load<width>(x, i);
    for (int j = 0; j < width; ++j) pack.value[j] = Row::apply(pack.value[j], c.a, c.b);
    store<width>(z, i, pack);
  } else {
    for_each_element<width>(i, n, [&](Index k) { z[k] = Row::apply(x[k], c.a, c.b); });
  }
}

template <class Row>
void map_row(cudaStream_t stream, RowConstants c, Index n, const Real* x, Real* z) {
  if (aligned(x, z)) {
    launch(Row::kName, stream, one_each((n + kPack - 1) / kPack), &map_kernel<Row, kPack>, c, n, x,
           z);
  } else {
    launch(Row::kName, stream, one_each(n), &map_kernel<Row, 1>, c, n, x, z);
  }
}

// One pack of an operand: neighbors, or one element that repeats.
template <int width>
__device__ inline Pack<width> operand(const Real* x, Index at, bool repeats) {
  if (!repeats) return load<width>(x + at, 0);
  Pack<width> pack;
  const Real value = x[at];
  for (int j = 0; j < width; ++j) pack.value[j] = value;
  return pack;
}

template <class Row, int width>
__global__ void zip_kernel(RowConstants c, Traversal t, const Real* x, const Real* y, Real* z) {
  const Index i = thread_number();
  if (i * width >= t.size) return;
  const Traversal::Offsets at = t.at(i * width);
  const Pack<width> first = operand<width>(x, at.x, t.x[t.last] == 0);
  const Pack<width> second = operand<width>(y, at.y, t.y[t.last] == 0);
  Pack<width> result;
  for (int j = 0; j < width; ++j)
    result.value[j] = Row::apply(first.value[j], second.value[j], c.a, c.b);
  store<width>(z, i, result);
}

template <class Row>
void zip_row(cudaStream_t stream, RowConstants c, const Strides& s, const Real* x, const Real* y,
             Real* z) {
  const Traversal t(s);
  if (in_packs(s.extents, s.x, x) && in_packs(s.extents, s.y, y) && aligned(z)) {
    launch(Row::kName, stream, one_each(t.size / kPack), &zip_kernel<Row, kPack>, c, t, x, y, z);
  } else {
    launch(Row::kName, stream, one_each(t.size), &zip_kernel<Row, 1>, c, t, x, y, z);
  }
}

using MapRow = void (*)(cudaStream_t, RowConstants, Index, const Real*, Real*);
constexpr MapRow kMapRows[] = {
#define UNARY(name, value, dx, ...) &map_row<name##_row>,
#define UNARY_WITH UNARY
#include "engine/ops/pointwise.def"
};

using ZipRow = void (*)(cudaStream_t, RowConstants, const Strides&, const Real*, const Real*,
                        Real*);
constexpr ZipRow kZipRows[] = {
#define BINARY(name, value, dx, dy, ...) &zip_row<name##_row>,
#define BINARY_WITH BINARY
#include "engine/ops/pointwise.def"
};

}  // namespace

void CudaBackend::map(Unary row, RowConstants constants, Index n, const Real* x, Real* z) {
  kMapRows[static_cast<int>(row)](stream_, constants, n, x, z);
}

void CudaBackend::zip(Binary row, RowConstants constants, const Strides& strides, const Real* x,
                      const Real* y, Real* z) {
  in_pieces(strides, [&](const Strides& piece, Index at_x, Index at_y, Index at_z) {
    kZipRows[static_cast<int>(row)](stream_, constants, piece, x + at_x, y + at_y, z + at_z);
  });
}

}  // namespace engine::cuda
