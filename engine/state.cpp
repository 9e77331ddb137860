#include "engine/state.h"

#include "engine/update.h"

namespace engine {
namespace {

thread_local StateCollector* collector = nullptr;

}  // namespace

StateCollector::StateCollector() : outer_(collector) { collector = this; }
StateCollector::~StateCollector() { collector = outer_; }

State::State() {
  if (collector) collector->found_.push_back(this);
}

State::State(const Tensor& initial) : State() { assign(initial); }

State::State(const State& other) : State() { *this = other; }

State& State::operator=(const State& other) {
  if (this != &other) tensor_ = other.defined() ? other.tensor_.clone() : Tensor();
  return *this;
}

Tensor State::value() const { return defined() ? tensor_.clone() : Tensor(); }

void State::assign(const Tensor& value) {
  if (has_shape(value.shape())) {
    overwrite(tensor_, value);
  } else {
    tensor_ = value.clone();
  }
}

void assign_each(std::span<State* const> to, std::span<State* const> from) {
  TensorList in_place, values;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const Tensor& value = from[i]->place();
    if (!value.defined()) continue;
    if (!to[i]->has_shape(value.shape())) {
      to[i]->assign(value);
      continue;
    }
    in_place.push_back(to[i]->place());
    values.push_back(value);
  }
  overwrite_each(in_place, values);
}

}  // namespace engine
