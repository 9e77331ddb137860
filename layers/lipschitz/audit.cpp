#include "layers/lipschitz/audit.h"

#include <algorithm>
#include <cmath>

#include "engine/linalg.h"
#include "layers/lipschitz/bounds.h"
#include "layers/mode.h"

namespace layers {

using namespace engine;

namespace {

// |W v| for the vector that a power iteration keeps, on the map or on the reshaped kernel.
void find_running(const LinearMap& W, const std::vector<State*>& states, LayerAudit& result) {
  for (const State* state : states)
    for (const LinearMap& map : {W, W.matrix()})
      if (state->has_shape(map.domain())) {
        // Not norm(), which is never zero: a zero weight's audited norm is.
        result.running = std::sqrt(sum(square(map(state->value()))).item());
        result.of_matrix = map.domain() != W.domain();
        return;
      }
}

}  // namespace

bool LayerAudit::consistent() const {
  constexpr double kUnconverged = 1e-3, kRounding = 1e-5;  // of float32 sums
  const double above_running = of_matrix ? reshaped : audited;
  return running.value_or(0) <= above_running * (1 + kUnconverged) &&
         audited <= certified * (1 + kRounding);
}

LayerAudit audit(const Param& weight) {
  const NoGrad constant;
  const Eval evaluate;
  const LinearMap raw = weight.map(), W = raw.with(weight.value(raw));
  LayerAudit result;
  for (const Constraint& constraint : weight.constraints())
    if (const auto k = constraint.target()) result.k = k;
  find_running(W, weight.states(), result);
  result.audited = audited_norm(W);
  result.certified = certified_upper_bound(W);
  const std::vector<double> sigma = singular_values(flatten(W.weight));
  result.reshaped = sigma.front();
  result.ratio = sigma.size() > 1 && sigma[1] > 0 ? sigma[0] / sigma[1] : 1;
  double squares = 0;
  for (const double s : sigma) squares += s * s;
  result.stable_rank = sigma.front() > 0 ? squares / (sigma.front() * sigma.front()) : 0;
  return result;
}

double certified_bound(const Param& param, const LinearMap& map) {
  const NoGrad constant;
  const Eval evaluate;
  return certified_upper_bound(map.with(param.value(map)));
}

}  // namespace layers
