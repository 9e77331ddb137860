// inception_score: the Inception Score, FID, KID and other scores of sets of images, from an
// exported network that this engine runs.
#include <csignal>
#include <cstdio>
#include <iterator>

#include "engine/collective.h"
#include "gan/console/interrupt.h"
#include "gan/console/options.h"
#include "gan/console/program.h"
#include "gan/console/usage.h"
#include "gan/metrics/resize.h"
#include "tools/inception_score/feature_cache.h"
#include "tools/inception_score/image_set.h"
#include "tools/inception_score/network_options.h"
#include "tools/inception_score/score.h"

namespace {

using inception_score::Options;

const char* const kFooter =
    "It may also be a features file, as --save-features writes it (arrays features and\n"
    "logits, one row per image) or one array [N, n] in a .npy or .npz; if all SPECs are,\n"
    "--graph is not needed.\n"
    "\n"
    "The graph is the frozen 2015 graph (classify_image_graph_def.pb) or an ONNX export of\n"
    "Inception-v3 from torchvision, pytorch-fid or torch-fidelity; other classifiers work\n"
    "too. If the network takes 299x299, images are resized as in TensorFlow 1; if it resizes\n"
    "itself, they are passed unchanged. The input range is read from the graph; if the graph\n"
    "does not determine it, pass --range, or --mean and --std. Published scores use 50,000\n"
    "images, 10 splits and logits without the bias. A network other than Inception-v3 gives a\n"
    "proxy-IS, comparable only with scores of the same network: with --json its\n"
    "inception_score says \"is_inception\": false, and a train_scorer network gives proxy_is\n"
    "instead.\n"
    "\n"
    "--resize-as chooses another resizing method: tf1, or clean-fid (antialiased, Pillow's\n"
    "bicubic filter). Either resizes each image of a folder separately, so sizes may differ.\n"
    "\n"
    "Results go to stdout, always with the protocol they depend on; progress to stderr.\n"
    "Exit status: 0 done, 1 the work failed, 2 bad usage.\n"
    "\n"
    "Examples:\n"
    "  inception_score --graph classify_image_graph_def.pb --images cifar10:data\n"
    "  inception_score --graph inception.onnx --images run:runs/mine --fid cifar10:data --json\n"
    "  inception_score --graph inception.onnx --images train/ --save-stats train.npz\n"
    "  inception_score --graph inception.onnx --images a/ b/ c/ --fid train.npz\n"
    "  mpirun -n 8 inception_score --graph inception.onnx --images train/ --fid train.npz\n"
    "  inception_score --images a-features.npz --dc real-features.npz --bootstrap 200\n";

std::string footer() {
  return "SPEC is a folder of images (with or without class subfolders), " +
         engine::alternatives(inception_score::forms()) +
         "\n(cifar10-test:DIR and so on: the test split). FILE.npz or FILE.npy holds bytes "
         "[N, height, width, 3], a .npz perhaps labels [N], too;\n"
         "run:DIR is samples of a run of gan train. " +
         kFooter;
}

// A seed, or "no".
std::optional<std::uint32_t> read_shuffle(const std::string& text) {
  if (text == "no") return std::nullopt;
  unsigned long seed = 0;
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && text.size() <= 10) seed = std::stoul(text);
  if (!digits || text.size() > 10 || seed > 0xffffffffUL)
    throw CLI::ValidationError("--shuffle",
                               "must be a seed from 0 to 4294967295, or no, not '" + text + "'");
  return static_cast<std::uint32_t>(seed);
}

// Checks of combinations of options: "" or the error.
std::string contradiction(const Options& options) {
  const bool saves = !options.save_stats.empty() || !options.save_features.empty();
  if (saves && options.images.size() > 1)
    return "--save-stats and --save-features save one set; pass only one --images";
  if (!options.save_stats.empty() && options.save_stats == options.save_features)
    return "--save-stats and --save-features name the same file";
  return "";
}

// "" or an option given for a score that was not requested.
std::string stray_setting(const CLI::App& app, const inception_score::ScoreOptions& options) {
  for (const inception_score::Score& score : inception_score::scores())
    for (const inception_score::Setting& setting : score.settings) {
      const std::string name =
          std::string(setting.option).substr(0, std::string_view(setting.option).find(','));
      if (!setting.counts(options) && app.count(name) > 0)
        return name + " is of --kid-kernel " + setting.kernel + ", not of " + options.kid_kernel;
    }
  return "";
}

// Adds the options of the table of scores.
void add_scores(CLI::App& app, Options& options) {
  for (const inception_score::Score& score : inception_score::scores())
    if (score.compares())
      app.add_option(score.option, options.references[score.key],
                     std::string("SPEC: ") + score.help)
          ->check(gan::console::not_empty());
  for (const inception_score::Score& score : inception_score::scores())
    for (const inception_score::Setting& setting : score.settings)
      std::visit(
          [&](auto member) {
            auto& value = options.scores.*member;
            using Kind = std::decay_t<decltype(value)>;
            CLI::Option* added = app.add_option(setting.option, value, setting.help);
            if constexpr (std::is_same_v<Kind, engine::Index>)
              added->check(CLI::Range(setting.least, engine::Index{1} << 31));
            else if constexpr (std::is_same_v<Kind, std::string>)
              added->check(gan::console::one_of(setting.choices));
            else
              added->check(setting.positive ? gan::console::positive_number()
                                            : gan::console::finite_number());
            if constexpr (!std::is_same_v<Kind, std::optional<double>>)
              added->capture_default_str();
          },
          setting.member);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Inception Score, FID, KID and other scores of images, from an exported network",
               "inception_score");
  Options options;
  std::string shuffle, cache = inception_score::default_cache_folder();
  bool bias = false, no_bias = false, no_cache = false, raw = false;
  const std::vector<std::string> resizers = engine::names_of(gan::metrics::resizers());
  const auto positive = CLI::Range(engine::Index{1}, engine::Index{1} << 31);
  app.add_option("--graph", options.graph, "TensorFlow GraphDef or ONNX file")
      ->check(gan::console::not_empty());
  app.add_option("--images", options.images, "SPEC of the images to score, or several")
      ->required()
      ->expected(1, 1000)
      ->check(gan::console::not_empty());
  CLI::Option* with =
      app.add_flag("--bias", bias, "logits with the last layer's bias [for Inception: without]");
  app.add_flag("--no-bias", no_bias, "logits without the bias, for any network")->excludes(with);
  add_scores(app, options);
  app.add_option(
      "--shuffle", shuffle,
      "seed of the shuffle before splitting, as in torch-fidelity; no: given order [2020]");
  app.add_option("--rng-seed", options.scores.rng_seed,
                 "seed of subsets and resamples, and default of --shuffle")
      ->capture_default_str();
  app.add_option("--bootstrap", options.resamples,
                 "confidence intervals from this many resamples of the images [none]")
      ->check(CLI::Range(2, 1'000'000));
  app.add_option("--confidence", options.confidence, "confidence level of --bootstrap")
      ->check(gan::console::real_number(0.01, 0.9999))
      ->capture_default_str();
  app.add_flag("--by-class", options.by_class, "also print every score for each class");
  app.add_option("--save-stats", options.save_stats,
                 "write mu and sigma of --images in pytorch-fid's format, for --fid")
      ->check(gan::console::not_empty());
  app.add_option("--save-features", options.save_features,
                 "write features and logits of --images, for use as a SPEC")
      ->check(gan::console::not_empty());
  app.add_flag("--force", options.force, "let --save-stats and --save-features replace files");
  app.add_option("--resize", options.resize,
                 "crop each image to its central square and scale it to this side")
      ->check(CLI::Range(4, datasets::kLargestResize));
  app.add_option("--resize-as", options.resize_as,
                 "resizing to the network's size: " + engine::alternatives(resizers) +
                     " [as the network does]")
      ->check(gan::console::one_of(resizers));
  app.add_option(
         "--count", options.count,
         "use this many of --images (RandomState(2020).choice); from a run: draw this many [50000]")
      ->check(positive);
  app.add_option("--seed", options.seed, "seed of a run's noise")->capture_default_str();
  app.add_flag("--no-ema", raw, "use a run's generator itself, not its moving average");
  inception_score::NetworkOptions network(app);
  app.add_option("--batch", options.batch, "images per batch [8 on the CPU, 64 on a GPU]")
      ->check(CLI::Range(1, 4096));
  gan::console::add_device(app, options.device);
  gan::console::add_precision(app, options.precision);
  gan::console::add_threads(app);
  CLI::Option* folder =
      app.add_option("--cache", cache, "folder for cached features and decoded images")
          ->capture_default_str();
  app.add_flag("--no-cache", no_cache, "do not use a cache")->excludes(folder);
  app.add_flag("--json", options.json, "print JSON");
  app.footer(footer);
  gan::console::share_work(app);
  const auto work = [&] {
    for (auto given = options.references.begin(); given != options.references.end();)
      given = given->second.empty() ? options.references.erase(given) : std::next(given);
    options.scores.shuffle = options.scores.rng_seed;
    if (!shuffle.empty()) options.scores.shuffle = read_shuffle(shuffle);
    gan::console::from_user([&] { network.read(options.classifier); });
    if (bias || no_bias) options.classifier.bias = bias;
    // A size that --resize chose is the network's too.
    if (options.resize && !options.classifier.size) options.classifier.size.emplace();
    options.averaged = !raw;
    options.cache = no_cache ? "" : cache;
    for (const std::string& wrong :
         {contradiction(options), stray_setting(app, options.scores), missing_graph(options)})
      if (!wrong.empty()) throw gan::console::UsageError(wrong);
    engine::join_processes();
    gan::console::outlive_readers();  // of the progress: features are still cached at the end
    const inception_score::Report report = [&] {
      try {
        return inception_score::score(options);
      } catch (const gan::metrics::BadOption& error) {
        throw gan::console::UsageError(error.what());
      }
    }();
    if (engine::processes().rank() > 0) return 0;
    std::signal(SIGPIPE, SIG_DFL);  // a reader of the results may stop early
    std::fputs((options.json ? as_json(report, options) : as_text(report, options)).c_str(),
               stdout);
    return 0;
  };
  return gan::console::run(app, argc, argv, work, {.memory = "use a smaller --batch"});
}
