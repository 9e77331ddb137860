#include "tools/train_scorer/training.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>

#include "datasets/loader.h"
#include "engine/collective.h"
#include "engine/shared_batch.h"
#include "gan/console/interrupt.h"
#include "gan/console/progress.h"
#include "layers/layers.h"

namespace scorer {
namespace {

using engine::Real;
using engine::Tensor;

Tensor numbers(std::span<const int> labels) {
  return Tensor::from({static_cast<Index>(labels.size())},
                      std::vector<Real>(labels.begin(), labels.end()));
}

// A class has 1 - smoothing of the probability, and its share of the rest.
Tensor cross_entropy(const Tensor& logits, std::span<const int> labels, double smoothing) {
  const Index classes = logits.dim(1);
  const Tensor wanted = one_hot(numbers(labels), classes) * static_cast<Real>(1 - smoothing) +
                        static_cast<Real>(smoothing / static_cast<double>(classes));
  return -(sum(wanted * log_softmax(logits)) / static_cast<Real>(logits.dim(0)));
}

Index count_right(const Tensor& logits, std::span<const int> labels) {
  const std::vector<Real> values = logits.values();
  const Index classes = logits.dim(1);
  Index right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = values.begin() + static_cast<Index>(i) * classes;
    right += std::max_element(row, row + classes) - row == labels[i];
  }
  return right;
}

// Over all processes.
double total(Index count) {
  double sum = static_cast<double>(count);
  engine::processes().sum({&sum, 1});
  return sum;
}

constexpr double kInterrupted = -1;  // instead of how much is done

// From 0 to 1 at `warmup` and back to 0 at the end.
double cycle(double done, double warmup) {
  return done < warmup ? done / warmup : std::max(0.0, (1 - done) / (1 - warmup));
}

// What is trained: weights, and the shifts of batch norms.
struct Trained {
  std::vector<layers::Param*> weights, shifts;
  explicit Trained(layers::Sequential& network) {
    layers::Visitor visitor(
        [this](const std::string& name, layers::Param& param) {
          if (param.raw().rank() > 1) weights.push_back(&param);
          if (param.raw().rank() == 1 && name.ends_with(".bias")) shifts.push_back(&param);
        },
        [](const std::string&, engine::State&) {});
    network.visit(visitor);
  }
};

// Means of about the last 50 steps.
class Recent {
 public:
  void add(double value) {
    weight_ = 0.98 * weight_ + 0.02;
    sum_ = 0.98 * sum_ + 0.02 * value;
  }
  double mean() const { return sum_ / weight_; }

 private:
  double sum_ = 0, weight_ = 0;
};

}  // namespace

bool train(layers::Sequential& network, const datasets::Dataset& data,
           const TrainingOptions& options) {
  engine::Collective& processes = engine::processes();
  const Index images = std::min(options.batch, data.size());
  engine::check(images % processes.size() == 0, "--batch ", images, ": ", processes.size(),
                " processes cannot share it evenly; give a multiple of ", processes.size());
  const engine::SharedBatch shared;
  datasets::Loader loader(data, {.batch = images,
                                 .seed = options.seed,
                                 .flip = options.flip,
                                 .shift = options.shift,
                                 .cutout = options.cutout,
                                 .part = processes.rank(),
                                 .parts = processes.size()});
  // Rate times decay is the same for both, so unused values decay equally fast.
  const auto sgd = [&](double decay) {
    return layers::SgdOptions{.momentum = static_cast<Real>(options.momentum),
                              .weight_decay = static_cast<Real>(decay),
                              .nesterov = true};
  };
  const Trained trained(network);
  std::vector<layers::Param*> all = trained.weights;
  all.insert(all.end(), trained.shifts.begin(), trained.shifts.end());
  layers::Sgd weights(sgd(options.weight_decay), trained.weights);
  layers::Sgd shifts(sgd(options.weight_decay / options.bias_lr), trained.shifts);
  const Index steps = std::max<Index>(
      1, std::llround(options.epochs * static_cast<double>(loader.batches_per_epoch())));
  gan::console::Progress progress(0, steps);
  const gan::console::Clock clock;
  Recent loss_mean, accuracy_mean;
  for (Index step = 0; step < steps; ++step) {
    const double elapsed = clock.seconds() / (60 * options.minutes);
    double done = std::max((static_cast<double>(step) + 0.5) / static_cast<double>(steps), elapsed);
    if (gan::console::interrupted()) done = kInterrupted;
    processes.broadcast({reinterpret_cast<char*>(&done), sizeof done});  // rank 0 decides
    if (done == kInterrupted) return false;
    if (done >= 1) break;
    const double lr = options.lr * cycle(done, options.warmup);
    weights.set_lr(static_cast<Real>(lr));
    shifts.set_lr(static_cast<Real>(lr * options.bias_lr));
    const datasets::Batch batch = loader.next();
    const Tensor logits = network(batch.images);
    const Tensor loss =
        mean_over_sharers(cross_entropy(logits, batch.labels, options.label_smoothing));
    const engine::TensorList gradients = mean_over_sharers(grad(loss, all));
    const std::span whole(gradients.begin(), gradients.end());
    weights.step(whole.first(trained.weights.size()));
    shifts.step(whole.last(trained.shifts.size()));
    loss_mean.add(loss.item());
    engine::check(std::isfinite(loss_mean.mean()), "training: at step ", step,
                  " the loss became non-finite; lower --lr");
    accuracy_mean.add(total(count_right(logits, batch.labels)) / static_cast<double>(images));
    char note[64];
    std::snprintf(note, sizeof(note), "loss %.3f  accuracy %.3f", loss_mean.mean(),
                  accuracy_mean.mean());
    progress.note(note);
    progress.step(step + 1, 60 * options.minutes - clock.seconds());
  }
  return true;
}

double accuracy(const engine::graph::Graph& scorer, const datasets::Dataset& data) {
  constexpr Index kBatch = 250;
  Index right = 0;
  gan::console::Progress progress(0, data.size(), "image");
  const Index apart = kBatch * engine::processes().size();
  for (Index first = kBatch * engine::processes().rank(); first < data.size(); first += apart) {
    const Index count = std::min<Index>(kBatch, data.size() - first);
    std::vector<Real> values(static_cast<std::size_t>(count * data.image_size()));
    std::vector<int> labels(static_cast<std::size_t>(count));
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(data.image_size()));
    for (Index i = 0; i < count; ++i) {
      data.read(first + i, pixels.data());
      labels[i] = data.label(first + i);
      for (Index j = 0; j < data.image_size(); ++j) values[i * data.image_size() + j] = pixels[j];
    }
    const Tensor images =
        Tensor::from({count, data.height(), data.width(), data.channels()}, values);
    right += count_right(scorer(images), labels);
    progress.step(first + count);
  }
  return total(right) / static_cast<double>(data.size());
}

}  // namespace scorer
