// One case of a golden file: its geometry, its kernel and the linear maps that follow from them.
// Kinds: conv2d, conv_transpose2d (whose fields are those of the adjoint convolution, of the same
// weight), linear. Groups are separate maps: the whole is block diagonal, so its norms and bounds
// are the largest of theirs; it is also one convolution, with zeros between groups. Errors: a
// missing or inconsistent field, naming the case and the field.
#pragma once

#include <optional>

#include "engine/linalg.h"
#include "layers/lipschitz/bounds.h"
#include "tools/lipschitz/formula.h"
#include "tools/lipschitz/json.h"

namespace lipschitz {

// The formulas in the header of a file.
struct Formulas {
  Formula kernel, start, gradient;
};

class GoldenCase {
 public:
  GoldenCase(const Json& stored, const std::string& where, const Formulas& formulas);

  std::vector<layers::LinearMap> groups;         // each of its own kind
  std::optional<layers::LinearMap> convolution;  // the whole, as the (adjoint) convolution
  std::vector<engine::Index> weight_shape;       // [O, I / groups, kH, kW]
  std::vector<engine::Index> image, features;    // [channels, height, width] of the convolution
  bool transposed = false;
  std::string where;
  const Formulas& formulas;

  // The dense matrix of the convolution, and its decomposition; computed once.
  const engine::Tensor& matrix();
  const std::vector<double>& singular_values();
  // Its top right singular vector, as an image.
  engine::Tensor top_vector();

  // Values in the file's order [o, i, a, b] from a tensor like the whole convolution's weight, and
  // such a tensor from a formula.
  std::vector<double> file_order(const engine::Tensor& weight) const;
  engine::Tensor whole_weight(const Formula& formula) const;

 private:
  void read_geometry(const Json& stored);
  engine::Tensor whole_weight(const std::vector<double>& values) const;
  template <class Body>
  void for_each_weight(const Body& body) const;

  engine::ConvOptions options_;
  engine::Pair beyond_ = 0;  // the windows: the output padding
  engine::Index count_ = 1;  // of groups
  engine::Tensor matrix_;
  std::vector<double> singular_values_;
};

}  // namespace lipschitz
