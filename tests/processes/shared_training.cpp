// Trains a few steps in as many processes as mpirun starts, and keeps all that the trainer holds:
//
//   mpirun -n 2 shared_training two.safetensors 20 model=sn-small batch=8 ...
//   shared_training --compare one.safetensors two.safetensors 1e-12
//
// The comparison prints the largest relative difference of any tensor, its largest difference over
// its largest value, or over 0.01 where that is smaller, and fails above the tolerance. With Adam a
// bias in front of batch norm is nothing but rounding: its gradient is 0, and Adam divides that by
// itself. So SGD is what is compared strictly.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>

#include "engine/collective.h"
#include "engine/serialize.h"
#include "gan/training/open_data.h"
#include "gan/training/trainer.h"

namespace {

using gan::training::Config;
using gan::training::Trainer;

void train(int count, char** words) {
  engine::join_processes();
  Config config;
  for (int i = 2; i < count; ++i) set(config, words[i]);
  validate(config);
  const auto data = open_data(config, config.data);
  Trainer trainer(config, *data);
  while (trainer.step_count() < std::stoll(words[1])) trainer.step();
  engine::TensorFile file;
  layers::store(file, "", trainer);
  if (engine::processes().rank() == 0) engine::save(words[0], file);
  engine::leave_processes();
}

double difference(const engine::Tensor& a, const engine::Tensor& b) {
  const auto x = a.values(), y = b.values();
  double largest = 0.01, apart = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    largest = std::max(largest, std::abs(double{x[i]}));
    apart = std::max(apart, std::abs(double{x[i]} - y[i]));
  }
  return apart / largest;
}

bool compare(const std::string& a, const std::string& b, double tolerance) {
  const engine::TensorFile one = engine::load(a), other = engine::load(b);
  engine::check(one.tensors.size() == other.tensors.size(), a, " and ", b, ": differ in number");
  double worst = 0;
  std::string where;
  for (const auto& [name, tensor] : one.tensors) {
    const double apart = difference(tensor, other.at(name, tensor.shape()));
    if (apart >= worst) where = name;
    worst = std::max(worst, apart);
  }
  std::printf("%zu tensors, largest relative difference %.2g (%s)\n", one.tensors.size(), worst,
              where.c_str());
  return worst <= tolerance;
}

}  // namespace

int main(int count, char** words) {
  try {
    if (count == 5 && std::string(words[1]) == "--compare")
      return compare(words[2], words[3], std::stod(words[4])) ? 0 : 1;
    train(count - 1, words + 1);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "shared_training: %s\n", error.what());
    engine::processes().abort(1);
  }
}
