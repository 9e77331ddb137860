#include "layers/archive.h"

#include "engine/update.h"
#include "layers/param.h"

namespace layers {

using engine::overwrite;
using engine::State;
using engine::Tensor;

void Archive::operator()(const std::string& name, const Tensor& values) {
  if (restores())
    overwrite(values, from_->at(prefix_ + name, values.shape()));
  else
    to_->tensors[prefix_ + name] = values;
}

void Archive::operator()(const std::string& name, engine::Index& number) {
  if (restores())
    number = from_->integer(prefix_ + name);
  else
    to_->metadata[prefix_ + name] = std::to_string(number);
}

void Archive::operator()(const std::string& name, State& state) {
  if (!restores()) {
    if (state.defined()) to_->tensors[prefix_ + name] = state.value();
  } else if (state.defined()) {
    state.assign(from_->at(prefix_ + name, state.value().shape()));
  } else if (const Tensor* const kept = from_->find(prefix_ + name)) {
    state.assign(*kept);
  }
}

void Archive::operator()(const std::string& name, Param& param) {
  const std::string advanced = prefix_ + name + ".advanced";
  if (restores()) {
    param.assign(from_->at(prefix_ + name, param.raw().shape()));  // its constraints' states go
    param.set_advanced(from_->metadata.contains(advanced));
  } else {
    to_->tensors[prefix_ + name] = param.raw();
    if (param.advanced()) to_->metadata[advanced] = "yes";
  }
}

}  // namespace layers
