#include <cstdio>
#include <filesystem>

#include "layers/layers.h"
using namespace engine;
using namespace layers;

Sequential generator() { return {Linear(32, 64), BatchNorm(64), Relu{}, Linear(64, 2)}; }

int main() {
  seed(1);
  // 1. Saving and loading: the names in the file are those that `visit` gives.
  Sequential trained = generator(), loaded = generator();
  trained(normal({64, 32}));  // batch norm remembers statistics
  TensorFile file;
  store(file, "generator.", trained);
  save("generator.safetensors", file);
  restore(load("generator.safetensors"), "generator.", loaded);
  for (const auto& [name, tensor] : file.tensors) std::printf("%s\n", name.c_str());

  // 2. The same noise gives the same samples; in evaluation, one by one or together.
  const Eval evaluate;
  const Tensor z = normal({4, 32});
  std::printf("same: %s\n", norm(trained(z) - loaded(z)).item() < 1e-6F ? "yes" : "no");
  std::filesystem::remove("generator.safetensors");

  // 3. Interpolation: samples on the line between two codes.
  const Tensor from = normal({1, 32}), to = normal({1, 32});
  const Tensor t = Tensor::from({5, 1}, {0, 0.25F, 0.5F, 0.75F, 1});
  const Tensor line = loaded(from + t * (to - from));
  std::printf("ends meet: %s\n",
              norm(slice(line, 0, 0, 1) - loaded(from)).item() < 1e-5F ? "yes" : "no");
}
