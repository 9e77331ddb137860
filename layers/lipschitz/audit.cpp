#include "layers/lipschitz/audit.h"

#include <algorithm>
#include <cmath>

#include "engine/linalg.h"
#include "layers/lipschitz/bounds.h"
#include "layers/lipschitz/sized.h"
#include "layers/mode.h"

namespace layers {

using namespace engine;

namespace {

constexpr double kUnconverged = 1e-3, kBehind = 0.05, kRounding = 1e-5;  // of float32 sums

double length(const Tensor& x) {  // not norm(), which is never zero: a zero weight's is
  return std::sqrt(sum(square(x)).item());
}

// Whether a power iteration lags behind the weights and would catch up: its vectors are intact (v
// of length 1, and u along W v, as far as a step of the weights allows), and more iterations
// increase |W v|.
bool is_behind(const LinearMap& map, const TopVectors& top) {
  const Tensor v = top.v.value(), image = map(v);
  if (!top.u.has_shape(map.range()) || std::abs(length(v) - 1) > kUnconverged) return false;
  if (dot(top.u.value(), image).item() < 0.5 * length(image)) return false;
  constexpr int kEnough = 200;  // for a gap of 5 % in sigma, one part in 1e8 is detected
  const std::vector<double> sigmas = power_method(map, image, kEnough);
  return sigmas.back() > sigmas.front() * (1 + kUnconverged);
}

// |W v| for the vector v of the last power iteration in the chain, on the map or on the reshaped
// kernel (whose domains differ in rank, or the two are one). Needs the norms of both.
void find_running(const LinearMap& W, const std::vector<Constraint>& chain, LayerAudit& result) {
  for (const Constraint& constraint : chain) {
    const TopVectors* const top = constraint.top_vectors();
    if (top == nullptr) continue;
    for (const LinearMap& map : {W, W.matrix()}) {
      if (!top->v.has_shape(map.domain())) continue;
      result.running = length(map(top->v.value()));
      result.of_matrix = map.domain() != W.domain();
      const double norm = result.of_matrix ? result.reshaped : result.audited;
      result.behind = &constraint != &chain.back() ||
                      (*result.running < norm * (1 - kBehind) && is_behind(map, *top));
      break;
    }
  }
}

}  // namespace

bool LayerAudit::consistent() const {
  const double norm = of_matrix ? reshaped : audited;
  const double low = behind ? 0 : norm * (1 - kBehind), high = norm * (1 + kUnconverged);
  return (!running || (low <= *running && *running <= high)) &&
         audited <= certified * (1 + kRounding);
}

LayerAudit audit(Param& weight, const std::string& name) {
  const NoGrad constant;
  const Eval evaluate;
  const LinearMap raw = weight.map(), used = raw.with(weight.value(raw));
  sized("audit: " + name + " before its constraints",
        weight.raw());  // names a tensor that is not finite
  const Sized unit = sized("audit: " + name, used.weight);
  const LinearMap W = used.with(unit.weight);
  LayerAudit result;
  for (const Constraint& constraint : weight.constraints())
    if (const auto k = constraint.target()) result.k = k;
  result.audited = audited_norm(W);
  result.certified = certified_upper_bound(W);
  const std::vector<double> sigma = singular_values(flatten(W.weight));
  result.reshaped = sigma.front();
  find_running(W, weight.constraints(), result);
  result.ratio = sigma.size() > 1 && sigma[1] > 0 ? sigma[0] / sigma[1] : 1;
  double squares = 0;
  for (const double s : sigma) squares += s * s;
  result.stable_rank = sigma.front() > 0 ? squares / (sigma.front() * sigma.front()) : 0;
  if (result.running) *result.running *= unit.size;
  for (double* const norm : {&result.audited, &result.certified, &result.reshaped})
    *norm *= unit.size;
  return result;
}

double certified_bound(Param& param, const LinearMap& map) {
  const NoGrad constant;
  const Eval evaluate;
  return certified_upper_bound(map.with(param.value(map)));
}

}  // namespace layers
