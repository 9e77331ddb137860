// Writes the seeds to start fuzzing from, FOLDER/TARGET/NAME. usage: fuzz_seeds FOLDER
#include <stb_image_write.h>

#include <cstdio>
#include <filesystem>
#include <functional>

#include "engine/engine.h"
#include "engine/file.h"
#include "engine/serialize.h"
#include "gan/metrics/npz.h"
#include "gan/run/checkpoint.h"
#include "gan/sweep/experiments.h"
#include "gan/training/constraints.h"
#include "gan/training/presets.h"
#include "tests/datasets/append.h"
#include "tests/datasets/scratch.h"
#include "tests/fuzz/seeds.h"

namespace {

namespace fs = std::filesystem;
using gan::metrics::NpyArray;
using gan::metrics::write_npy;
using gan::metrics::write_npz;

Seeds onnx_seeds() {
  Seeds seeds;
  const fs::path cases = "/usr/share/libonnx-testdata/data";
  if (!fs::exists(cases)) return seeds;
  for (const auto& entry : fs::recursive_directory_iterator(cases)) {
    const fs::path& file = entry.path();
    if (file.filename() != "model.onnx" || fs::file_size(file) > 16384) continue;
    seeds[file.parent_path().filename()] = engine::read_file(file);
  }
  return seeds;
}

Seeds npy_seeds() {
  return {{"matrix", write_npy(NpyArray::from({2, 2}, {2, 1, 1, 3}))},
          {"number", write_npy(NpyArray::from({}, {2}))},
          {"bytes", write_npy({"|u1", {1, 2, 2, 3}, std::string(12, 'x')})},
          {"whole", write_npy({"<i8", {2}, std::string(16, 'x')})},
          {"half", write_npy({"<f2", {2}, std::string(4, '<')})}};
}

Seeds npz_seeds() {
  return {{"stored", write_npz({{"mu", NpyArray::from({2}, {1, 2})},
                                {"sigma", NpyArray::from({2, 2}, {2, 1, 1, 3})}})},
          {"none", "PK\5\6" + std::string(18, '\0')}};
}

Seeds features_seeds() {
  const NpyArray rows = NpyArray::from({2, 3}, {1, 2, 3, 4, 5, 6}), labels{"|u1", {2}, {"\0\1", 2}},
                 classes{"|u1", {7}, "cat\ndog"}, pixels{"|u1", {2, 1, 1, 3}, "abcdef"};
  Seeds seeds = npz_seeds();
  seeds["all"] = write_npz({{"features", rows},
                            {"logits", NpyArray::from({2, 1}, {7, 8})},
                            {"labels", labels},
                            {"classes", classes},
                            {"network", {"|u1", {2}, "{}"}}});
  seeds["numbered"] = write_npz({{"arr_0", rows}, {"labels", labels}});
  seeds["images"] = write_npz({{"images", pixels}, {"labels", labels}});
  seeds["npy"] = write_npy(rows);
  return seeds;
}

Seeds safetensors_seeds() {
  engine::TensorFile checkpoint;
  checkpoint.tensors["weight"] = engine::ones({2, 3});
  checkpoint.tensors["scalar"] = engine::ones({});
  checkpoint.tensors["empty"] = engine::ones({0, 3});
  gan::run::write_header(checkpoint,
                         {.config = {}, .image = {32, 32, 3}, .step = 7, .random = {.seed = 1}});
  const Scratch scratch;
  const auto bytes_of = [&](const engine::TensorFile& file) {
    engine::save(scratch / "file", file);
    return engine::read_file(scratch / "file");
  };
  return {{"checkpoint", bytes_of(checkpoint)}, {"none", bytes_of({})}};
}

Seeds image_seeds() {
  constexpr int kSide = 9;
  std::string pixels;
  for (int i = 0; i < kSide * kSide * 4; ++i) pixels += static_cast<char>(37 * i % 251);
  const std::string gif(
      "GIF89a\2\0\2\0\x80\0\0\1\2\3\xff\xee\xdd,\0\0\0\0\2\0\2\0\0\2\2\x84\x51\0;", 35);
  const std::string webp(
      "RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0", 34);
  Seeds seeds = {{"gif", gif},
                 {"webp", webp},
                 {"pgm", "P5 # grey\n9 9\n255\n" + pixels.substr(0, kSide * kSide)},
                 {"pgm-16", "P5\n9 4\n65535\n" + pixels.substr(0, 72)},
                 {"ppm", "P6\n9 9\n255\n" + pixels.substr(0, kSide * kSide * 3)}};
  for (const int channels : {1, 2, 3, 4}) {
    const std::string kind = "-" + std::to_string(channels);
    stbi_write_png_to_func(append, &seeds["png" + kind], kSide, kSide, channels, pixels.data(), 0);
    stbi_write_bmp_to_func(append, &seeds["bmp" + kind], kSide, kSide, channels, pixels.data());
    stbi_write_tga_to_func(append, &seeds["tga" + kind], kSide, kSide, channels, pixels.data());
    stbi_write_jpg_to_func(append, &seeds["jpg" + kind], kSide, kSide, channels, pixels.data(), 80);
  }
  return seeds;
}

// As fuzz_idx.cpp divides it: the length of the labels, the labels, the images.
Seeds idx_seeds() {
  const std::string labels("\0\0\x08\x01\0\0\0\2\3\4", 10),
      head("\0\0\x08\x03\0\0\0\2\0\0\0\x1c\0\0\0\x1c", 16);
  return {{"plain", std::string("\x0a\0", 2) + labels + head + std::string(2 * 28 * 28, 'x')}};
}

Seeds cifar_seeds() {
  std::string records;
  for (char label : {3, 9}) records += label + std::string(3072, 'x');
  return {{"one", records.substr(0, 3073)}, {"two", records}};
}

Seeds config_seeds() {
  Seeds seeds = {{"none", "{}"}, {"one", R"({"data": "shapes", "d.lr": 1e-4, "seed": 3})"}};
  for (const gan::training::Preset& preset : gan::training::presets())
    seeds[preset.name] = to_json(preset.config());
  return seeds;
}

Seeds setting_seeds() {
  Seeds seeds;
  const gan::training::Config config;
  gan::training::Config::fields(
      config, [&](const std::string& key, const auto& value, const char*) {
        seeds[key] = (std::ostringstream() << key << '=' << std::boolalpha << value).str();
      });
  return seeds;
}

Seeds constraints_seeds() {
  Seeds seeds = {{"chain", "spectral(iterations=2) + bjorck(k=3)"}};
  for (const std::string& name : gan::training::constraint_names()) seeds[name] = name;
  std::istringstream help(gan::training::describe_constraints());  // each with all its arguments
  for (std::string line; std::getline(help, line);)
    seeds["help " + std::to_string(seeds.size())] = line.substr(2);
  return seeds;
}

Seeds experiment_seeds() {
  Seeds seeds;
  for (const gan::sweep::Experiment& experiment : gan::sweep::experiments())
    seeds[experiment.name] = experiment.text;
  return seeds;
}

const std::map<std::string, std::function<Seeds()>> kSeeds = {{"cifar", cifar_seeds},
                                                              {"config", config_seeds},
                                                              {"constraints", constraints_seeds},
                                                              {"experiment", experiment_seeds},
                                                              {"features", features_seeds},
                                                              {"idx", idx_seeds},
                                                              {"image", image_seeds},
                                                              {"npy", npy_seeds},
                                                              {"npz", npz_seeds},
                                                              {"onnx", onnx_seeds},
                                                              {"safetensors", safetensors_seeds},
                                                              {"setting", setting_seeds},
                                                              {"tensorflow", tensorflow_seeds}};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  for (const auto& [target, seeds] : kSeeds) {
    const fs::path folder = fs::path(argv[1]) / target;
    fs::create_directories(folder);
    for (const auto& [name, bytes] : seeds()) engine::write_file(folder / name, bytes);
  }
}
