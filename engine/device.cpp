#include "engine/device.h"

#include "engine/backend.h"
#include "engine/check.h"

namespace engine {
namespace {

Backend*& current_backend() {
  static Backend* backend = &cpu_backend();
  return backend;
}

Precision chosen_precision = Precision::highest;

}  // namespace

Device Device::cpu() { return Device(cpu_backend()); }

Device Device::cuda() {
#ifdef KANTOR_CUDA
  return Device(cuda_backend());
#else
  fail("device: this build of Kantor has no CUDA backend; use cpu");
#endif
}

Device Device::named(const std::string& name) {
  if (name == "cpu") return cpu();
  if (name == "cuda") return cuda();
  fail("device: there is no '", name, "'; use cpu or cuda");
}

Device Device::current() { return Device(*current_backend()); }
void Device::use() const { current_backend() = backend_; }
const char* Device::name() const { return backend_->name(); }
std::size_t Device::memory_left() const { return backend_->memory_left(); }

Precision precision() { return chosen_precision; }
void set_precision(Precision precision) { chosen_precision = precision; }

Precision precision_named(const std::string& name) {
  if (name == "highest") return Precision::highest;
  if (name == "high") return Precision::high;
  if (name == "medium") return Precision::medium;
  fail("precision: there is no '", name, "'; use highest, high or medium");
}

}  // namespace engine
