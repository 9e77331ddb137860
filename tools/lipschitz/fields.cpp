#include "tools/lipschitz/fields.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

#include "layers/lipschitz/kernel.h"
#include "layers/lipschitz/norm_gradient.h"
#include "layers/lipschitz/sized.h"

namespace lipschitz {

using namespace engine;
using layers::LinearMap;

namespace {

using Bound = std::function<double(const LinearMap&)>;

// The norm of a block-diagonal matrix is the largest of its blocks', and so is a bound on it.
double largest(const GoldenCase& golden, const Bound& bound) {
  double most = 0;
  for (const LinearMap& group : golden.groups) most = std::max(most, bound(group));
  return most;
}

Tensor start(const GoldenCase& golden) {
  const Index c = golden.features[0], h = golden.features[1], w = golden.features[2];
  std::vector<Real> values(c * h * w);  // the file's order is [C, H, W]
  for (Index i = 0; i < c; ++i)
    for (Index j = 0; j < h * w; ++j)
      values[j * c + i] = static_cast<Real>(golden.formulas.start(i * h * w + j));
  return Tensor::from({1, h, w, c}, values);
}

std::vector<double> power_method(const GoldenCase& golden, int iterations) {
  return layers::power_method(*golden.convolution, start(golden), iterations);
}

// Method 2 on the dense matrix in another precision: sigma after each iteration.
template <class Number>
std::vector<Number> dense_power_method(GoldenCase& golden, int iterations) {
  const Index rows = golden.matrix().dim(0), columns = golden.matrix().dim(1);
  const auto [matrix, size] = layers::sized(golden.where, golden.matrix());
  const std::vector<Real> t = matrix.values(), u0 = start(golden).values();
  std::vector<Number> u(u0.begin(), u0.end()), v(columns), sigmas;
  const auto normalize = [](std::vector<Number>& x) {
    Number sum = 0;
    for (const Number value : x) sum += value * value;
    const Number norm = std::sqrt(sum);
    for (Number& value : x) value /= norm > 0 ? norm : 1;
    return norm;
  };
  normalize(u);
  for (int step = 0; step < iterations; ++step) {
    std::fill(v.begin(), v.end(), 0);
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < columns; ++c) v[c] += t[r * columns + c] * u[r];
    normalize(v);
    for (Index r = 0; r < rows; ++r) {
      u[r] = 0;
      for (Index c = 0; c < columns; ++c) u[r] += t[r * columns + c] * v[c];
    }
    sigmas.push_back(static_cast<Number>(size) * normalize(u));
  }
  return sigmas;
}

double gap(GoldenCase& golden) {
  const std::vector<double>& s = golden.singular_values();
  return s[0] == 0 ? 0 : (s[0] - (s.size() > 1 ? s[1] : 0)) / s[0];
}

Json m2(GoldenCase& golden, const Json& stored, int) {
  check(stored.is_object(), golden.where, ": field 'm2_sigma_after' must be an object");
  Json computed = Json::object();
  for (const auto& [key, unused] : stored.items()) {
    char* end = nullptr;
    const long iterations = std::strtol(key.c_str(), &end, 10);
    check(*end == 0 && iterations >= 1 && iterations <= 1'000'000, golden.where,
          ": field 'm2_sigma_after' has '", key, "' instead of a number of iterations");
    computed[key] = power_method(golden, static_cast<int>(iterations)).back();
  }
  return computed;
}

Json top(GoldenCase& golden, const Json& stored, int) {
  std::vector<double> s = golden.singular_values();
  s.resize(stored.is_array() ? stored.size() : 3, 0);  // a matrix with fewer has zeros after them
  return s;
}

Json strided(GoldenCase& golden, const Json&, int) {
  if (!layers::circular_norm_strided(golden.groups[0])) return nullptr;
  return largest(golden, [](const LinearMap& W) { return *layers::circular_norm_strided(W); });
}

Json reshapes(GoldenCase& golden, const Json&, int) {
  std::array<double, 4> most{};
  for (const LinearMap& group : golden.groups) {
    const std::array<double, 4> norms = layers::reshape_norms(group);
    for (int i = 0; i < 4; ++i) most[i] = std::max(most[i], norms[i]);
  }
  return most;
}

double frobenius_squared(GoldenCase& golden) {
  double total = 0;
  for (const double value : golden.matrix().values()) total += value * value;
  return total;
}

layers::Reads exact(const GoldenCase& golden) { return layers::reads_exact(golden.groups[0]); }
layers::Reads formula(const GoldenCase& golden) { return layers::reads_formula(golden.groups[0]); }
Json pair(const layers::Reads& reads) { return {reads.h, reads.w}; }

Json dl_dk(GoldenCase& golden, const Json&, int k) {
  const Tensor g = golden.whole_weight(golden.formulas.gradient);
  return golden.file_order(layers::normalized_gradient(*golden.convolution, golden.top_vector(), g,
                                                       static_cast<Real>(k)));
}

// Rounding rotates singular vectors by rounding / gap, and with them every gradient of sigma. (If
// the top two values are equal there is no gradient to compare.)
double vectors_condition(GoldenCase& golden) { return std::max(1.0, 1e-4 / gap(golden)); }

// For a start nearly orthogonal to the top vector, rounding decides how fast sigma is found.
// Detected by the same iteration on the dense matrix in two precisions.
double start_condition(GoldenCase& golden) {
  constexpr int iterations = 100;
  const std::vector<Real> rounded = dense_power_method<Real>(golden, iterations);
  const std::vector<long double> exact = dense_power_method<long double>(golden, iterations);
  long double most = 0;
  for (int t = 0; t < iterations; ++t)
    if (exact[t] > 0) most = std::max(most, std::abs(rounded[t] - exact[t]) / exact[t]);
  constexpr double kOtherRoundings = 100;  // a library's summation order differs
  return std::max(1.0, kOtherRoundings * static_cast<double>(most) / kTolerance);
}

// What to compute, from a function of the case, or from a bound on the maps of its groups.
template <class Function>
auto of_case(Function function) {
  return [=](GoldenCase& golden, const Json&, int) -> Json { return function(golden); };
}
template <class Function>
auto of_map(Function bound) {
  return [=](GoldenCase& golden, const Json&, int) -> Json { return largest(golden, bound); };
}
template <class Function>
auto of_map_and_number(Function bound) {
  return [=](GoldenCase& golden, const Json&, int n) -> Json {
    return largest(golden, [&](const LinearMap& W) { return bound(W, n); });
  };
}

using G = GoldenCase;
using W = LinearMap;

Json operator_shape(G& g) { return {g.matrix().dim(0), g.matrix().dim(1)}; }
Json input_shape(G& g) { return g.transposed ? g.features : g.image; }
Json output_shape(G& g) { return g.transposed ? g.image : g.features; }

// The singular values' root of the Gram matrix's eigenvalues, against the SVD.
double eigh_error(G& g) {
  const double s = g.singular_values()[0];
  return s == 0 ? 0 : std::abs(spectral_norm(g.matrix()) - s) / s;
}

double tsuzuku_by_formula(const W& w) {
  return std::sqrt(layers::reads_formula(w).count()) * layers::reshaped_norm(w);
}

// Without space-to-depth the stride is ignored, and so is the dilation, which only spreads taps.
double gram_zero(const W& w, int t) { return layers::gram_zero_padding(layers::kernel(w), t); }
double gram_polyphase(const W& w, int t) {
  return layers::gram_zero_padding(layers::polyphase(w), t);
}
double gram_circular(const W& w, int t) {
  const Window window = w.window();
  return layers::gram_circular(layers::zero_stuffed(layers::kernel(w), w.options().dilation),
                               window.height, window.width, t);
}

double m2_error(G& g) {
  constexpr int iterations = 10;
  const long double exact = dense_power_method<long double>(g, iterations).back();
  const double ours = power_method(g, iterations).back();
  return exact == 0 ? 0.0 : static_cast<double>(std::abs(ours - exact) / exact);
}

Json norm_gradient(G& g) {
  return g.file_order(layers::norm_gradient(*g.convolution, g.top_vector()));
}

std::vector<Field> make_fields() {
  constexpr Comparison relative = Comparison::relative, absolute = Comparison::absolute,
                       rounding = Comparison::rounding;
  return {
      {"operator_shape", true, relative, of_case(operator_shape)},
      {"input_shape", true, relative, of_case(input_shape)},
      {"output_shape", true, relative, of_case(output_shape)},
      {"sv_top3", true, relative, top},
      {"sv_top3_relative_check_eigh", true, rounding, of_case(eigh_error)},
      {"frobenius_sq", true, relative, of_case(frobenius_squared)},
      {"relative_gap", true, absolute, of_case(gap)},

      {"sigma_reshaped_R", true, relative, of_map(layers::reshaped_norm)},
      {"sigma_reshapes_RSTU", true, relative, reshapes},
      {"reads_per_axis_exact", true, relative, of_case([](G& g) { return pair(exact(g)); })},
      {"reads_per_axis_formula", true, relative, of_case([](G& g) { return pair(formula(g)); })},
      {"n", true, relative, of_case([](G& g) { return exact(g).count(); })},
      {"n_formula", true, relative, of_case([](G& g) { return formula(g).count(); })},
      {"tsuzuku_bound", true, relative, of_map(layers::tsuzuku_bound)},
      {"tsuzuku_bound_formula", true, relative, of_map(tsuzuku_by_formula)},
      {"fantastic_four_bound", true, relative, of_map(layers::fantastic_four_bound)},

      {"fft_circular_sigma_stride1_HxW", true, relative, of_map(layers::circular_norm)},
      {"fft_circular_sigma_stride1_padded_grid", true, relative,
       of_map(layers::circular_norm_padded)},
      {"fft_circular_sigma_strided_HxW", true, relative, strided},
      {"torus_sup_polyphase_N#",
       true,
       relative,
       of_map_and_number(layers::torus_supremum),
       {},
       {64}},
      {"gram_zero_t#", true, relative, of_map_and_number(gram_zero), {}, {5, 6}},
      {"gram_zero_polyphase_t#", true, relative, of_map_and_number(gram_polyphase), {}, {6}},
      {"gram_circular_t#_HxW", true, relative, of_map_and_number(gram_circular), {}, {5}},

      {"m2_sigma_after", true, relative, m2, start_condition},
      {"m2_relative_check_longdouble", false, rounding, of_case(m2_error)},
      {"dsigma_dK", false, relative, of_case(norm_gradient), vectors_condition},
      {"dL_dK_toeplitz_normalised_k#", false, relative, dl_dk, vectors_condition},
  };
}

}  // namespace

const std::vector<Field>& fields() {
  static const std::vector<Field> all = make_fields();
  return all;
}

std::vector<std::string> required_names(const Field& field) {
  if (!field.required) return {};
  if (field.numbers.empty()) return {field.name};
  std::vector<std::string> names;
  for (const int number : field.numbers) {
    names.push_back(field.name);
    names.back().replace(field.name.find('#'), 1, std::to_string(number));
  }
  return names;
}

bool matches(const Field& field, const std::string& name, int& number) {
  number = 0;
  const std::size_t hash = field.name.find('#');
  if (hash == std::string::npos) return name == field.name;
  const std::string before = field.name.substr(0, hash), after = field.name.substr(hash + 1);
  if (name.size() <= field.name.size() - 1 || !name.starts_with(before) || !name.ends_with(after))
    return false;
  const std::string digits = name.substr(hash, name.size() - before.size() - after.size());
  if (digits.size() > 4 ||
      !std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c); }))
    return false;
  number = std::stoi(digits);
  return true;
}

}  // namespace lipschitz
