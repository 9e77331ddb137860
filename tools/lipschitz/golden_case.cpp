#include "tools/lipschitz/golden_case.h"

#include "layers/lipschitz/toeplitz.h"

namespace lipschitz {

using namespace engine;
using layers::LinearMap;

namespace {

std::vector<double> numbers(const Json& stored, const std::string& where, const std::string& name,
                            Index count) {
  const auto values = value<std::vector<double>>(stored, where, name);
  check(static_cast<Index>(values.size()) == count, where, ": field '", name, "' has ",
        values.size(), " numbers, ", count, " are needed");
  return values;
}

void check_size(const std::string& where, const std::vector<Index>& weight_shape, Index groups) {
  constexpr double kMost = 1 << 24;
  double all = static_cast<double>(groups);  // with the zeros between groups
  for (const Index extent : weight_shape) all *= static_cast<double>(extent);
  check(all <= kMost, where, ": field 'weight_shape' asks for ", all, " weights, up to ", kMost,
        " are possible");
}

}  // namespace

GoldenCase::GoldenCase(const Json& stored, const std::string& where, const Formulas& formulas)
    : where(where), formulas(formulas) {
  const auto kind = value<std::string>(stored, where, "kind");
  check(kind == "conv2d" || kind == "conv_transpose2d" || kind == "linear", where,
        ": field 'kind' is '", kind, "'; conv2d, conv_transpose2d and linear are known");
  transposed = kind == "conv_transpose2d";
  if (kind == "linear") {
    weight_shape = whole(stored, where, "weight_shape", 2, 1);
    weight_shape.insert(weight_shape.end(), {1, 1});
    check_size(where, weight_shape, 1);
    image = {weight_shape[1], 1, 1};
    features = {weight_shape[0], 1, 1};
  } else {
    read_geometry(stored);
  }

  // An explicit weight replaces the formula's.
  const Index size = weight_shape[0] * weight_shape[1] * weight_shape[2] * weight_shape[3];
  const Tensor weight = stored.contains("weight")
                            ? whole_weight(numbers(stored, where, "weight", size))
                            : whole_weight(formulas.kernel);
  convolution = LinearMap::conv(weight, options_, image[1], image[2], beyond_);
  for (Index g = 0; g < count_; ++g) {
    const Index out = weight_shape[0] / count_, in = weight_shape[1];
    const Tensor part = slice(slice(weight, 0, g * out, (g + 1) * out), 3, g * in, (g + 1) * in);
    groups.push_back(kind == "linear" ? LinearMap::dense(flatten(part))
                     : transposed
                         ? LinearMap::conv_transpose(part, options_, image[1], image[2], beyond_)
                         : LinearMap::conv(part, options_, image[1], image[2]));
  }
}

void GoldenCase::read_geometry(const Json& stored) {
  weight_shape = whole(stored, where, "weight_shape", 4, 1);
  const auto stride = whole(stored, where, "stride", 2, 1);
  const auto padding = whole(stored, where, "padding", 2, 0);
  const auto dilation = whole(stored, where, "dilation", 2, 1);
  options_ = {.stride = {stride[0], stride[1]},
              .padding = {padding[0], padding[1]},
              .dilation = {dilation[0], dilation[1]}};
  count_ = value<Index>(stored, where, "groups");
  check(count_ >= 1 && weight_shape[0] % count_ == 0, where, ": field 'groups' is ", count_,
        ", which does not divide the ", weight_shape[0], " channels of 'weight_shape'");
  check_size(where, weight_shape, count_);
  const auto input = whole(stored, where, "input_shape", 3, 1);
  const Index out = weight_shape[0], in = weight_shape[1] * count_;
  check(input[0] == (transposed ? out : in), where, ": field 'input_shape' has ", input[0],
        " channels, the weight takes ", transposed ? out : in);
  const auto extra =
      transposed ? whole(stored, where, "output_padding", 2, 0) : std::vector<Index>{0, 0};
  beyond_ = {extra[0], extra[1]};
  image = {in};
  features = {out};
  for (int axis = 0; axis < 2; ++axis) {
    const Index k = weight_shape[2 + axis], s = stride[axis], d = dilation[axis];
    const Index around = d * (k - 1) + 1 - 2 * padding[axis];
    const Index given = input[1 + axis];
    check(extra[axis] < std::max(s, d), where, ": field 'output_padding' is ", extra[axis],
          ", it must be less than the stride or the dilation");
    image.push_back(transposed ? (given - 1) * s + around + extra[axis] : given);
    features.push_back(transposed ? given : (given - around) / s + 1);
    check(image.back() >= 1 && image.back() >= around, where,
          ": field 'input_shape' leaves no output for this kernel, padding and dilation");
  }
}

template <class Body>
void GoldenCase::for_each_weight(const Body& body) const {
  const Index out = weight_shape[0], in = weight_shape[1], h = weight_shape[2], w = weight_shape[3];
  Index at = 0;
  for (Index o = 0; o < out; ++o)
    for (Index i = 0; i < in; ++i)
      for (Index a = 0; a < h; ++a)
        for (Index b = 0; b < w; ++b) {
          const Index channel = o / (out / count_) * in + i;  // of the whole
          body(at++, ((o * h + a) * w + b) * in * count_ + channel,
               std::array<Index, 4>{o, i, a, b});
        }
}

Tensor GoldenCase::whole_weight(const std::vector<double>& values) const {
  const Shape shape{weight_shape[0], weight_shape[2], weight_shape[3], weight_shape[1] * count_};
  std::vector<Real> weight(shape.size(), 0);
  for_each_weight([&](Index at, Index place, const std::array<Index, 4>&) {
    weight[place] = static_cast<Real>(values[at]);
  });
  return Tensor::from(shape, weight);
}

Tensor GoldenCase::whole_weight(const Formula& formula) const {
  std::vector<double> values;
  for_each_weight([&](Index, Index, const std::array<Index, 4>& indices) {
    values.push_back(formula(indices));
  });
  return whole_weight(values);
}

std::vector<double> GoldenCase::file_order(const Tensor& weight) const {
  const std::vector<Real> values = weight.values();
  std::vector<double> ordered;
  for_each_weight(
      [&](Index, Index place, const std::array<Index, 4>&) { ordered.push_back(values[place]); });
  return ordered;
}

const Tensor& GoldenCase::matrix() {
  if (matrix_.defined()) return matrix_;
  // For a transposed convolution, its own map, so that its own kernels are compared.
  if (transposed && groups.size() == 1) return matrix_ = transpose(toeplitz(groups[0]));
  return matrix_ = layers::toeplitz(*convolution);
}

const std::vector<double>& GoldenCase::singular_values() {
  if (singular_values_.empty()) singular_values_ = engine::singular_values(matrix());
  return singular_values_;
}

Tensor GoldenCase::top_vector() {
  const Svd decomposed = svd(matrix());
  const auto rank = static_cast<Index>(decomposed.s.size());
  std::vector<Real> v(matrix().dim(1));
  for (std::size_t j = 0; j < v.size(); ++j) v[j] = static_cast<Real>(decomposed.v[j * rank]);
  return Tensor::from({1, image[1], image[2], image[0]}, v);
}

}  // namespace lipschitz
