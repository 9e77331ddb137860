// Archive: one visit for storing and restoring. A type names each value to keep once,
//
//   void archive(Archive& file) { file("m", m_); file("v", v_); file("steps", steps_); }
//
// and can then be written to a TensorFile and read back:
//
//   store(file, "adam.", adam);      // adam.m, adam.v; adam.steps in the metadata
//   restore(file, "adam.", adam);
//
// Modules and optimizers have it. Values are restored in place, so that captured steps see them.
// Errors: a value is missing in the file or has another shape.
#pragma once

#include <string>
#include <utility>

#include "engine/engine.h"

namespace layers {

class Param;

class Archive {
 public:
  static Archive to(engine::TensorFile& file, std::string prefix) {
    return {&file, nullptr, std::move(prefix)};
  }
  static Archive from(const engine::TensorFile& file, std::string prefix) {
    return {nullptr, &file, std::move(prefix)};
  }
  bool restores() const { return from_ != nullptr; }

  void operator()(const std::string& name, const engine::Tensor& values);
  void operator()(const std::string& name, engine::Index& number);
  // A state without a value is not stored; when it is restored, it may find one in the file.
  void operator()(const std::string& name, engine::State& state);
  void operator()(const std::string& name, Param& param);
  template <class Part>
  requires requires(Part& part, Archive& file) { part.archive(file); }
  void operator()(const std::string& name, Part& part) {
    const std::string outer = std::exchange(prefix_, prefix_ + name + ".");
    part.archive(*this);
    prefix_ = outer;
  }

 private:
  Archive(engine::TensorFile* to, const engine::TensorFile* from, std::string prefix)
      : to_(to), from_(from), prefix_(std::move(prefix)) {}

  engine::TensorFile* to_;
  const engine::TensorFile* from_;
  std::string prefix_;
};

template <class Kept>
void store(engine::TensorFile& file, const std::string& prefix, Kept& kept) {
  Archive archive = Archive::to(file, prefix);
  kept.archive(archive);
}

template <class Kept>
void restore(const engine::TensorFile& file, const std::string& prefix, Kept& kept) {
  Archive archive = Archive::from(file, prefix);
  kept.archive(archive);
}

}  // namespace layers
