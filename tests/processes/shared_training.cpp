// Trains a few steps in as many processes as mpirun starts, and keeps all that the trainer holds:
//
//   mpirun -n 2 shared_training two.safetensors 20 model=sn-small batch=8 ...
//   mpirun -n 2 shared_training two.safetensors norm      // or batch norm's gradients, to 2nd order
//   shared_training --compare one.safetensors two.safetensors 1e-12
//
// The comparison prints the largest relative difference of any tensor, its largest difference over
// its largest value, or over 0.01 where that is smaller, and fails above the tolerance. With Adam a
// bias in front of batch norm is nothing but rounding: its gradient is 0, and Adam divides that by
// itself. So SGD is what is compared strictly. Singular vectors of gradients may differ by a hundred
// times as much: two singular values that lie close, by a hundredth, amplify rounding as much.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>

#include "engine/collective.h"
#include "engine/engine.h"
#include "engine/notice.h"
#include "gan/training/open_data.h"
#include "gan/training/trainer.h"
#include "layers/layers.h"

namespace {

using gan::training::Config;
using gan::training::Trainer;

engine::TensorFile differentiate() {
  const engine::SharedBatch shared;
  const engine::Index n = engine::share_of(8);
  layers::BatchNorm norm(3);
  const engine::Tensor x = engine::normal_per_sample({n, 3}), y = norm(x);
  const engine::Tensor slope = grad(sum(y * y * y), {x}, /*differentiable=*/true)[0];
  const engine::Tensor loss = mean(whole_batch(square(slope)));
  const engine::TensorList means = engine::mean_over_sharers(grad(loss, {norm.gamma.raw()}));
  engine::TensorFile file;
  file.tensors = {{"y", whole_batch(y)},
                  {"slope", whole_batch(slope)},
                  {"by_gamma", means[0]},
                  {"by_x", whole_batch(grad(loss, {x})[0] / engine::Real(engine::sharers()))},
                  {"mean", norm.running_mean.value()},
                  {"variance", norm.running_variance.value()}};
  return file;
}

engine::TensorFile train(int count, char** words) {
  Config config;
  for (int i = 2; i < count; ++i) set(config, words[i]);
  validate(config);
  engine::Device::named(config.device).use();
  const auto data = open_data(config, config.data);
  Trainer trainer(config, *data);
  while (trainer.step_count() < std::stoll(words[1])) trainer.step();
  engine::TensorFile file;
  layers::store(file, "", trainer);
  engine::zeros({}).item();  // waits for the device, on every rank
  return file;
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

double amplification(const std::string& name) {
  return name.find("_gradients.") == std::string::npos ? 1 : 100;
}

bool compare(const std::string& a, const std::string& b, double tolerance) {
  const engine::TensorFile one = engine::load(a), other = engine::load(b);
  engine::check(one.tensors.size() == other.tensors.size(), a, " and ", b, ": differ in number");
  double worst = 0;
  std::string where;
  for (const auto& [name, tensor] : one.tensors) {
    const double apart = difference(tensor, other.at(name, tensor.shape())) / amplification(name);
    if (apart >= worst) where = name;
    worst = std::max(worst, apart);
  }
  std::printf("%zu tensors, largest relative difference %.2g (%s; singular vectors: / 100)\n",
              one.tensors.size(), worst, where.c_str());
  return worst <= tolerance;
}

}  // namespace

int main(int count, char** words) {
  try {
    if (count == 5 && std::string(words[1]) == "--compare")
      return compare(words[2], words[3], std::stod(words[4])) ? 0 : 1;
    // Such as: a step is not captured, or NCCL is not used.
    engine::on_notice([](const std::string& text) { engine::fail("notice: ", text); });
    engine::join_processes();
    const bool norm = std::string(words[2]) == "norm";
    const engine::TensorFile file = norm ? differentiate() : train(count - 1, words + 1);
    if (engine::processes().rank() == 0) engine::save(words[1], file);
    engine::leave_processes();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "shared_training: %s\n", error.what());
    engine::processes().abort(1);
  }
}
