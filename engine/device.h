// Device: where tensors live and ops run. The CPU is always available; CUDA if it was built in and
// a GPU is found. New tensors are created on the current device; an op runs where its inputs are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace engine {

class Backend;

class Device {
 public:
  static Device cpu();
  static Device cuda();                          // Errors: no usable GPU, and why
  static Device named(const std::string& name);  // Errors: a name not in names()
  static std::vector<std::string> names();

  static Device current();
  void use() const;  // makes this the current device

  Backend& backend() const { return *backend_; }
  const char* name() const;
  std::size_t memory_left() const;  // bytes; 0 if tensors are in host memory

 private:
  explicit Device(Backend& backend) : backend_(&backend) {}
  Backend* backend_;
};

// The precision of matrix products and convolutions (as in PyTorch): `highest` is fp32 throughout;
// `high` fp32-grade (TF32 on CUDA, three bf16 products on AMX); `medium` bf16 inputs with fp32
// sums, and on CUDA bf16 results of convolutions with a relu (storage.h). A backend without a faster path computes `highest`.
enum class Precision { highest, high, medium };
Precision precision();
void set_precision(Precision precision);
Precision precision_named(const std::string& name);  // Errors: a name not in precision_names()
std::vector<std::string> precision_names();

}  // namespace engine
