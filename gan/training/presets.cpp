#include "gan/training/presets.h"

#include <map>
#include <sstream>

namespace gan::training {
namespace {

// The six settings of Miyato et al. (2018), Table 1.
Config sn_cnn(double lr, double beta1, double beta2, Index n_dis) {
  Config config{.model = "sn-cnn",
                .loss = "hinge",
                .steps = 100'000,
                .n_dis = n_dis,
                .batch = 64,
                .g_batch = 64};
  config.g = config.d = {.lr = lr, .beta1 = beta1, .beta2 = beta2};
  return config;
}
Config sn_cnn_a() { return sn_cnn(1e-4, 0.5, 0.9, 5); }
Config sn_cnn_b() { return sn_cnn(1e-4, 0.5, 0.999, 1); }
Config sn_cnn_c() { return sn_cnn(2e-4, 0.5, 0.999, 1); }
Config sn_cnn_d() { return sn_cnn(1e-3, 0.5, 0.9, 5); }
Config sn_cnn_e() { return sn_cnn(1e-3, 0.5, 0.999, 5); }
Config sn_cnn_f() { return sn_cnn(1e-3, 0.9, 0.999, 5); }

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

Config sn_resnet_projection() {
  Config config = sn_resnet();
  config.conditional = true;
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

// Wasserstein critics, on the networks of Miyato et al.'s comparison.
Config wgan_clip() {
  Config config = sn_cnn_a();
  config.constraint = "clip(c=0.01)";
  config.loss = "wasserstein";
  config.g = config.d = {.lr = 5e-5, .optimizer = "rmsprop"};
  return config;
}

Config wgan_gp() {
  Config config = sn_cnn_a();
  config.constraint = "none";
  config.loss = "wasserstein";
  config.penalty = "gp(lambda=10)";
  return config;
}

Config wgan_gp_resnet() {
  Config config = sn_resnet();
  config.steps = config.decay_steps = 100'000;
  config.constraint = "none";
  config.loss = "wasserstein";
  config.penalty = "gp(lambda=10)";
  return config;
}

Config wgan_gp_mlp() {
  Config config{.data = "gaussians:8",
                .dequantize = true,
                .model = "mlp",
                .constraint = "none",
                .loss = "wasserstein",
                .penalty = "gp(lambda=0.1)",
                .steps = 3'000,
                .n_dis = 5,
                .batch = 128,
                .g_batch = 128,
                .ema = 0.99};
  config.g = config.d = {.lr = 5e-4, .beta1 = 0.5, .beta2 = 0.9};
  return config;
}

Config sargent_toeplitz() {
  Config config = sn_cnn_c();
  config.constraint = "toeplitz(k=2)";
  return config;
}

Config sargent_clip() {
  Config config = sn_cnn_c();
  config.clip = "g";
  config.clip_r = 2;
  return config;
}

Config own_images() {
  Config config = sn_small();
  config.resize = 64;
  config.flip = true;
  // The best of the settings that were tried on 500 images: docs/results/own-images.md.
  config.augment = "translation";
  config.constraint = "spectral(k=8)";
  config.batch = config.g_batch = 16;
  config.steps = 10000;
  return config;
}

constexpr const char* kBestOfSix = "IS 7.58, FID 25.5 (the best of A to F)";

constexpr Preset kPresets[] = {
    {"sn-cnn", "Miyato et al. (2018): CNN of Table 3, Adam of setting C, hinge loss", kBestOfSix,
     sn_cnn_c},
    {"sn-cnn-a", "the same, setting A (from Gulrajani et al. 2017)", kBestOfSix, sn_cnn_a},
    {"sn-cnn-b", "the same, setting B (from Warde-Farley and Bengio 2017)", kBestOfSix, sn_cnn_b},
    {"sn-cnn-c", "the same, setting C (from Radford et al. 2016), as sn-cnn", kBestOfSix, sn_cnn_c},
    {"sn-cnn-d", "the same, setting D", kBestOfSix, sn_cnn_d},
    {"sn-cnn-e", "the same, setting E", kBestOfSix, sn_cnn_e},
    {"sn-cnn-f", "the same, setting F", kBestOfSix, sn_cnn_f},
    {"sn-cnn-wide",
     "pytorch-gan-collections, SNGAN_CIFAR10_CNN, except z_dim 128 and the first batch norm",
     "IS 7.84, FID 17.8", sn_cnn_wide},
    {"sn-resnet", "Miyato et al. (2018): ResNet of Table 4, settings of sngan_projection",
     "IS 8.22, FID 21.7", sn_resnet},
    {"sn-resnet-projection",
     "Miyato and Koyama (2018): class-conditional; settings of sngan_projection, sn_cifar10",
     "IS 8.25, FID 10.84 (mimicry's, by its own evaluator)", sn_resnet_projection},
    {"sn-small", "ours: a few minutes on two CPU cores", "", sn_small},
    {"wgan-clip",
     "Arjovsky et al. (2017): weights clipped, RMSprop; on the CNN of Miyato et al. (2018)",
     "IS 6.41, FID 42.6 (Miyato et al., the best of A to F)", wgan_clip},
    {"wgan-gp",
     "Gulrajani et al. (2017): gradient penalty, setting A; on the CNN of Miyato et al. (2018)",
     "IS 6.68, FID 40.2 (Miyato et al., the best of A to F)", wgan_gp},
    {"wgan-gp-resnet",
     "Gulrajani et al. (2017): gradient penalty; on the ResNet of Miyato et al. (2018)",
     "IS 7.86 (their own ResNet)", wgan_gp_resnet},
    {"wgan-gp-mlp", "Gulrajani et al. (2017): the toy sets, with narrower networks",
     "8 of 8 modes of gaussians:8, 22 or more of gaussians:25 (ours)", wgan_gp_mlp},
    {"sargent-toeplitz",
     "Sargent (poster): Toeplitz normalization, k = 2; networks and loss not given, here sn-cnn's",
     "IS 7.34", sargent_toeplitz},
    {"sargent-clip",
     "Sargent (poster): spectral clipping of the generator's gradients, r = 2; else as sn-cnn",
     "IS 7.94", sargent_clip},
    {"own-images", "ours, for a few hundred images; augmentation of Zhao et al. (2020)", "",
     own_images},
};

// A setting as --set takes it.
template <class Value>
std::string shown(const Value& value) {
  std::ostringstream text;
  text << std::boolalpha << value;
  return text.str();
}

// The settings that differ from the defaults.
std::string differences(const Config& config) {
  std::map<std::string, std::string> defaults;
  const Config unset;
  Config::fields(unset, [&](const char* key, const auto& value, const char*) {
    defaults[key] = shown(value);
  });
  std::string text;
  Config::fields(config, [&](const char* key, const auto& value, const char*) {
    if (const std::string now = shown(value); now != defaults[key])
      text += (text.empty() ? "" : " ") + std::string(key) + '=' + now;
  });
  return text;
}

}  // namespace

engine::Table<Preset>& presets() {
  static engine::Table<Preset> table("preset", kPresets);
  return table;
}

const Preset& find_preset(const std::string& name) { return presets().find(name); }

std::string describe_presets() {
  std::string text;
  for (const Preset& preset : presets()) {
    const std::string expected = preset.expected;
    text += std::string(preset.name) + "\n  source    " + preset.source + "\n  expect    " +
            (expected.empty() ? "no published score" : expected) + "\n  settings  " +
            differences(preset.config()) + '\n';
  }
  return text;
}

}  // namespace gan::training
