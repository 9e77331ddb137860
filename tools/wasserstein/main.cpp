// wasserstein: measures critics on pairs with known distance, and computes the exact distance
// between sets.
#include <cstdint>
#include <cstdio>
#include <limits>

#include "datasets/dataset.h"
#include "engine/choices.h"
#include "engine/device.h"
#include "engine/table.h"
#include "gan/console/options.h"
#include "gan/console/printable.h"
#include "gan/console/program.h"
#include "gan/console/usage.h"
#include "gan/training/constraints.h"
#include "tools/wasserstein/bench.h"
#include "tools/wasserstein/exact.h"

namespace {

using gan::console::whole_number;
using wasserstein::BenchOptions;
using wasserstein::Critic;

CLI::Validator any_seed() { return whole_number(0, std::numeric_limits<std::uint64_t>::max()); }

struct Asked {
  BenchOptions bench;
  std::vector<std::string> critics = {"cones", "orthonormal"};
  std::string constraint, activation = "maxmin";
  bool json = false;
};

std::string bench_footer() {
  std::string text = "Critics:\n";
  for (const Critic& critic : wasserstein::critics())
    text += "  " + critic.name + std::string(13 - critic.name.size(), ' ') + critic.what + "\n";
  text +=
      "  custom       MLP of --activation, its weights constrained by "
      "--constraint:\n\nConstraints:\n" +
      gan::training::describe_constraints() +
      "\nExits with status 1 if an estimate / bound exceeds the true distance by more than\n"
      "sampling explains.\n\nExamples:\n"
      "  wasserstein bench --pair dim2_funnels64.safetensors --critic cones gp --seeds 3\n"
      "  wasserstein bench --dimension 2 --funnels 16 --picture out\n"
      "  wasserstein bench --constraint 'spectral + bjorck(steps=6)' --activation maxmin\n";
  return text;
}

CLI::App* add_bench(CLI::App& app, Asked& asked) {
  constexpr std::uint64_t kMost = 1'000'000'000;
  BenchOptions& o = asked.bench;
  CLI::App* command =
      app.add_subcommand("bench", "Train critics on a pair whose W1 is known, and measure them");
  CLI::Option* pair =
      command->add_option("--pair", o.pair, "safetensors file of a pair: centers [N, D], bias [N]")
          ->check(gan::console::not_empty());
  const auto random = [&](const char* name, auto& value, const char* help, std::uint64_t least,
                          std::uint64_t most) {
    command->add_option(name, value, help)
        ->capture_default_str()
        ->transform(whole_number(least, most))
        ->excludes(pair);
  };
  random("--dimension", o.dimension, "dimension of a random pair", 1, 4096);
  random("--funnels", o.funnels, "funnels of a random pair", 1, 4096);
  command
      ->add_option("--pair-seed", o.pair_seed,
                   "seed of a random pair and of the samples for its true distance")
      ->capture_default_str()
      ->transform(any_seed());
  command->add_option("--critic", asked.critics, "critics from the list below")
      ->capture_default_str()
      ->check(gan::console::one_of(engine::names_of(wasserstein::critics())));
  CLI::Option* constraint = command->add_option("--constraint", asked.constraint,
                                                "constraint of an additional critic, 'custom'");
  command->add_option("--activation", asked.activation, "activation of the custom critic")
      ->capture_default_str()
      ->check(gan::console::one_of(wasserstein::activation_names()))
      ->needs(constraint);
  const auto whole = [&](const char* name, auto& value, const char* help, std::uint64_t least,
                         std::uint64_t most) {
    return command->add_option(name, value, help)->transform(whole_number(least, most));
  };
  whole("--iterations", o.training.iterations, "training iterations", 1, kMost)
      ->capture_default_str();
  whole("--batch", o.training.batch, "points of P and of Q per iteration", 1, 65536)
      ->capture_default_str();
  whole("--seeds", o.seeds, "training runs per critic", 1, 1000)->capture_default_str();
  command->add_option("--seed", o.training.seed, "first seed")
      ->capture_default_str()
      ->transform(any_seed());
  whole("--width", o.training.width,
        "units per hidden layer, channels, or number of cones [max(2 D, 128), 16, 1024]", 1, 65536);
  whole("--depth", o.training.depth, "hidden layers [2; orthonormal 3]", 1, 100);
  command->add_option("--lr", o.training.lr, "learning rate [the critic's own]")
      ->check(gan::console::real_number(1e-12, 1000));
  command->add_option("--picture", o.picture, "folder for a plot of the critics, in 2 dimensions")
      ->check(gan::console::not_empty());
  command->add_flag("--json", asked.json, "print JSON");
  command->footer(bench_footer);
  return command;
}

// The exit status: 1 if a result is contradictory.
int run_bench(Asked& asked) {
  BenchOptions& options = asked.bench;
  for (const std::string& name : asked.critics)
    options.critics.push_back(engine::find_row(wasserstein::critics(), "critic", name));
  if (!asked.constraint.empty())
    options.critics.push_back(gan::console::from_user(
        [&] { return wasserstein::custom_critic(asked.constraint, asked.activation); }));
  wasserstein::BenchResult result = wasserstein::bench(options);
  std::fputs((asked.json ? as_json(result, options) : as_text(result, options)).c_str(), stdout);
  if (!options.picture.empty()) gan::console::note(wasserstein::draw(result, options.picture));
  const std::vector<std::string> wrong = result.contradictions();
  for (const std::string& line : wrong) gan::console::note("wasserstein: " + line);
  return wrong.empty() ? 0 : 1;
}

CLI::App* add_exact(CLI::App& app, wasserstein::ExactOptions& options) {
  CLI::App* command = app.add_subcommand(
      "exact", "The exact W1 between two equally large sets, by a network simplex");
  command->add_option("A", options.a, "SPEC of a set")->required();
  command->add_option("B", options.b, "SPEC of another")->required();
  command
      ->add_option(
          "--count", options.points.count,
          "use this many of each set (RandomState(2020).choice); from a run: draw this many")
      ->transform(whole_number(1, 1'000'000'000));
  command
      ->add_option("--resize", options.points.resize,
                   "crop images to their central square and scale them to this side")
      ->transform(whole_number(4, datasets::kLargestResize));
  command->add_option("--seed", options.points.seed, "seed of a run's noise")
      ->capture_default_str()
      ->transform(any_seed());
  command->add_flag("--json", options.json, "print JSON");
  command->footer(
      "SPEC is a set of images as in inception_score (a folder, cifar10:DIR, shapes,\n"
      "run:DIR), with pixels scaled to -1..1; a .npy or .npz of points [N, ...]; or\n"
      "FILE.safetensors[:TENSOR]. A run draws as many samples as the other set has.\n"
      "\nExamples:\n"
      "  wasserstein exact cifar10:data run:runs/mine --count 1000\n"
      "  wasserstein exact a.npy b.npy --json\n");
  return command;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Critics on pairs of distributions whose distance is known; exact distances between sets.\n"
      "Exit status: 0 done, 1 the work failed, 2 bad usage.",
      "wasserstein");
  app.require_subcommand(1);
  Asked asked;
  wasserstein::ExactOptions exact;
  std::string device = "cpu";
  CLI::App* bench_command = add_bench(app, asked);
  CLI::App* exact_command = add_exact(app, exact);
  for (CLI::App* command : {bench_command, exact_command}) {
    gan::console::add_device(*command, device);
    gan::console::add_threads(*command);
  }
  return gan::console::run(app, argc, argv,
                           [&] {
                             engine::Device::named(device).use();
                             if (*bench_command) return run_bench(asked);
                             std::fputs(wasserstein::exact(exact).c_str(), stdout);
                             return 0;
                           },
                           {.memory = "use fewer points (--count) or a smaller --batch"});
}
