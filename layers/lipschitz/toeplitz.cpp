#include "layers/lipschitz/toeplitz.h"

namespace layers {

using namespace engine;

Tensor toeplitz(const LinearMap& W) {
  const Index columns = W.domain().size(), rows = W.range().size();
  constexpr Index kMost = Index{512} << 20;
  check(columns == 0 || rows <= kMost / static_cast<Index>(sizeof(Real)) / columns,
        "toeplitz: a dense matrix of ", rows, " x ", columns,
        " is more than 512 MiB; use a smaller image");
  const NoGrad constant;
  Tensor transposed(Shape{columns, rows});
  const Index batch = std::max<Index>(1, (Index{1} << 20) / std::max<Index>(columns, 1));
  for (Index first = 0; first < columns; first += batch) {
    const Index count = std::min(batch, columns - first);
    std::vector<Real> units(count * columns, 0);  // rows `first` and on of the identity
    for (Index i = 0; i < count; ++i) units[i * columns + first + i] = 1;
    Shape shape = W.domain();
    shape[0] = count;
    overwrite(Tensor::view(transposed, first * rows, {count, rows}),
              reshape(W(Tensor::from(shape, units)), {count, rows}));
  }
  return transpose(transposed);
}

}  // namespace layers
