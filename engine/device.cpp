#include "engine/device.h"

#include "engine/backend.h"
#include "engine/check.h"
#include "engine/choices.h"

namespace engine {
namespace {

Backend*& current_backend() {
  static Backend* backend = &cpu_backend();
  return backend;
}

Precision chosen_precision = Precision::highest;

struct DeviceRow {
  const char* name;
  Device (*find)();
};
constexpr DeviceRow kDevices[] = {{"cpu", Device::cpu}, {"cuda", Device::cuda}};

struct PrecisionRow {
  const char* name;
  Precision precision;
};
constexpr PrecisionRow kPrecisions[] = {
    {"highest", Precision::highest}, {"high", Precision::high}, {"medium", Precision::medium}};

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
  for (const DeviceRow& row : kDevices)
    if (row.name == name) return row.find();
  fail("unknown device '", name, "'; use ", alternatives(names()));
}

std::vector<std::string> Device::names() { return names_of(kDevices); }

Device Device::current() { return Device(*current_backend()); }
void Device::use() const { current_backend() = backend_; }
const char* Device::name() const { return backend_->name(); }
std::size_t Device::memory_left() const { return backend_->memory_left(); }

Precision precision() { return chosen_precision; }
void set_precision(Precision precision) { chosen_precision = precision; }

Precision precision_named(const std::string& name) {
  for (const PrecisionRow& row : kPrecisions)
    if (row.name == name) return row.precision;
  fail("unknown precision '", name, "'; use ", alternatives(precision_names()));
}

std::vector<std::string> precision_names() { return names_of(kPrecisions); }

}  // namespace engine
