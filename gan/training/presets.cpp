#include "gan/training/presets.h"

#include "gan/console/table.h"

namespace gan::training {
namespace {

Config sn_cnn() {
  Config config{.model = "sn-cnn", .loss = "hinge", .steps = 100'000, .batch = 64, .g_batch = 64};
  config.g = config.d = {.lr = 2e-4, .beta1 = 0.5, .beta2 = 0.999};
  return config;
}

Config sn_cnn_wide() {
  Config config{.dequantize = true,
                .model = "sn-cnn-wide",
                .loss = "hinge",
                .steps = 100'000,
                .batch = 128,
                .g_batch = 256,
                .decay_steps = 100'000};
  config.g = config.d = {.lr = 2e-4, .beta1 = 0, .beta2 = 0.9};
  return config;
}

Config sn_resnet() {
  Config config{.dequantize = true,
                .model = "sn-resnet",
                .loss = "hinge",
                .steps = 50'000,
                .n_dis = 5,
                .batch = 64,
                .g_batch = 128,
                .decay_steps = 50'000};
  config.g = config.d = {.lr = 2e-4, .beta1 = 0, .beta2 = 0.9};
  return config;
}

Config sn_small() {
  Config config{.model = "sn-small",
                .constraint = "spectral(k=2)",  // in 800 steps as far as k = 1 in 1,400
                .loss = "hinge",
                .steps = 4'000,
                .batch = 32,
                .g_batch = 32,
                .ema = 0.99,
                .sample_every = 200,
                .checkpoint_every = 200};
  config.g = config.d = {.lr = 5e-4, .beta1 = 0.5, .beta2 = 0.9};
  return config;
}

constexpr Preset kPresets[] = {
    {"sn-cnn", "Miyato et al. (2018): CNN of Table 3, Adam of setting C, hinge loss", sn_cnn},
    {"sn-cnn-wide",
     "pytorch-gan-collections, SNGAN_CIFAR10_CNN, but for z of 128 and the first batch norm",
     sn_cnn_wide},
    {"sn-resnet", "Miyato et al. (2018): ResNet of Table 4, settings of sngan_projection",
     sn_resnet},
    {"sn-small", "ours: a few minutes on two CPU cores", sn_small},
};

}  // namespace

std::span<const Preset> presets() { return kPresets; }

const Preset& find_preset(const std::string& name) {
  return console::find(presets(), "preset", name);
}

}  // namespace gan::training
