// bench_count: launches, bytes and FLOP of one training iteration on CUDA, by kernel, counted on the
// emulated device. `bench count` starts it.
#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "datasets/dataset.h"
#include "gan/console/program.h"
#include "gan/training/presets.h"
#include "gan/training/trainer.h"
#include "tests/cuda_emulation/emulator.h"
#include "tools/bench/report.h"

namespace {

// Without namespaces and parameters.
std::string short_name(std::string name) {
  for (const std::string part : {"(anonymous namespace)::", "engine::cuda::", "engine::", "void "})
    for (std::size_t at = name.find(part); at != std::string::npos; at = name.find(part))
      name.erase(at, part.size());
  if (const std::size_t end = name.find(">("); end != std::string::npos) {
    name.resize(end + 1);
  } else {
    name.resize(std::min(name.size(), name.find('(')));
  }
  return name;
}

bench::Report::Row row(const std::string& name, const emulation::Traffic& t) {
  return {name,
          {static_cast<double>(t.launches), t.read / 1e6, t.written / 1e6,
           (t.read + t.written) / 1e6, t.flops > 0 ? t.flops / 1e9 : NAN}};
}

// Of an iteration that is called: its launches are the nodes of the graph that replays it.
bench::Report count(const gan::training::Config& config, const std::string& title) {
  emulation::set_memory(std::size_t{8} << 30);
  engine::Device::named("cuda").use();
  engine::set_precision(engine::precision_named(config.precision));
  const auto data = datasets::open("shapes");
  gan::training::Trainer trainer(config, *data);
  trainer.step();  // burns in, and draws what starts at random
  cudaDeviceSynchronize();
  emulation::count_traffic(true);
  trainer.step();
  cudaDeviceSynchronize();
  emulation::count_traffic(false);

  bench::Report report{title, {"launches", "MB read", "MB written", "MB", "GFLOP"}, {}, {}};
  emulation::Traffic all;
  for (const auto& [name, t] : emulation::traffic()) {
    report.rows.push_back(row(short_name(name), t));
    all = {all.launches + t.launches, all.read + t.read, all.written + t.written,
           all.flops + t.flops};
  }
  std::ranges::sort(report.rows,
                    [](const auto& a, const auto& b) { return a.figures[3] > b.figures[3]; });
  report.rows.push_back(row("all", all));
  return report;
}

}  // namespace

// Arguments: json or table, a preset, and its settings as key=value.
int main(int argc, char** argv) {
  CLI::App app{"The program behind `bench count`; start that instead.", "bench_count"};
  std::string format;
  std::string preset;
  std::vector<std::string> settings;
  app.add_option("format", format)->required()->check(CLI::IsMember({"json", "table"}));
  app.add_option("preset", preset)->required();
  app.add_option("settings", settings);
  return gan::console::run(app, argc, argv, [&] {
    gan::training::Config config = gan::training::find_preset(preset).config();
    config.device = "cuda";
    std::string title = "one iteration of " + preset;
    for (const std::string& setting : settings) {
      gan::training::set(config, setting);
      title += ", " + setting;
    }
    const bench::Report report = count(config, title);
    std::fputs((format == "json" ? bench::as_json(report) : bench::as_table(report)).c_str(),
               stdout);
    return 0;
  });
}
