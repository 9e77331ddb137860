#include "gan/report/run_data.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "datasets/image_file.h"
#include "datasets/image_grid.h"
#include "engine/file.h"
#include "engine/grey_levels.h"
#include "gan/run/loaded_run.h"
#include "gan/run/machine_file.h"

namespace gan::report {
namespace {

namespace fs = std::filesystem;

std::vector<std::pair<Index, std::string>> grids_of(const std::string& run) {
  std::vector<std::pair<Index, std::string>> found;
  if (!fs::is_directory(run + "/samples")) return found;
  for (const fs::directory_entry& entry : fs::directory_iterator(run + "/samples")) {
    const std::string name = entry.path().filename();
    const std::size_t digits = name.find_first_not_of("0123456789");
    if (entry.is_regular_file() && digits >= 6 && digits <= 18 && name.substr(digits) == ".png")
      found.emplace_back(std::stoll(name), entry.path());
  }
  std::ranges::sort(found);
  return found;
}

std::string divergence_of(const std::string& file) {
  if (!fs::exists(file)) return "";
  const auto about = nlohmann::json::parse(engine::read_file(file, 1 << 20), nullptr, false);
  const auto known = [&](const char* key) { return about.is_object() && about.contains(key); };
  if (!known("step") || !known("not_finite") || !about["not_finite"].is_string()) return "diverged";
  return "step " + about["step"].dump() + ": " + about["not_finite"].get<std::string>() +
         " is not finite";
}

}  // namespace

RunData read_run(const std::string& path, const std::string& name, bool with_spectra,
                 std::vector<std::string>& notes) {
  const run::RunDirectory directory = run::RunDirectory::open(path);
  RunData data{.name = name, .path = path, .group = {}, .config = directory.config()};
  data.machine = run::read_machine(directory.machine());
  data.diverged = divergence_of(directory.diverged());
  data.log = run::read_table(directory.log());
  data.gradients = run::read_table(path + "/gradients.csv");
  data.audits = run::read_table(path + "/audit.csv");
  data.grids = grids_of(path);
  if (!directory.has_checkpoint()) {
    notes.push_back(name + ": has no checkpoint, so there are no spectra of its weights");
    return data;
  }
  run::LoadedRun loaded = run::LoadedRun::open(path);
  data.step = loaded.header.step;
  data.data_hash = loaded.header.data_hash;
  data.image_height = static_cast<int>(loaded.header.image.height);
  data.image_width = static_cast<int>(loaded.header.image.width);
  if (with_spectra)
    data.spectra =
        analysis::kernel_spectra(loaded.networks.discriminator, loaded.header.image, name);
  return data;
}

std::string cropped_grid(const std::string& file, int height, int width, int rows) {
  constexpr int scale = 2, columns = 8, gap = 2;  // as run/session.cpp draws them
  const datasets::Image picture = datasets::decode_image(file);
  const int cell_height = height * scale + gap, cell_width = width * scale + gap;
  const bool known = height > 0 && width > 0 && picture.width == columns * cell_width - gap &&
                     (picture.height + gap) % cell_height == 0;
  if (!known) return engine::read_file(file);
  rows = std::min(rows, (picture.height + gap) / cell_height);
  std::vector<engine::Real> pixels;
  for (int i = 0; i < rows * columns; ++i)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const Index row = Index{i / columns} * cell_height + Index{y} * scale;
        const Index column = Index{i % columns} * cell_width + Index{x} * scale;
        const Index at = (row * picture.width + column) * picture.channels;
        for (int c = 0; c < picture.channels; ++c)
          pixels.push_back(engine::from_grey(static_cast<std::uint8_t>(picture.pixels[at + c])));
      }
  return datasets::grid_png(pixels, {.count = Index{rows} * columns,
                                     .height = height,
                                     .width = width,
                                     .channels = picture.channels,
                                     .columns = columns});
}

}  // namespace gan::report
