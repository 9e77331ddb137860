// train_scorer: trains a small classifier of images and writes it as ONNX, for the proxy-IS.
// Exit status: 0 done, 1 the work failed or was interrupted, 2 bad usage.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "engine/collective.h"
#include "engine/engine.h"
#include "engine/graph/graph.h"
#include "engine/graph/write_onnx.h"
#include "gan/console/interrupt.h"
#include "gan/console/options.h"
#include "gan/console/printable.h"
#include "gan/console/program.h"
#include "gan/console/progress.h"
#include "gan/metrics/content_hash.h"
#include "tools/train_scorer/network.h"
#include "tools/train_scorer/training.h"

namespace {

using engine::Index;

struct Options {
  std::string data, out, name, device = "cpu", precision = "high";
  std::optional<std::string> test;
  Index width = 64, resize = 0;
  scorer::TrainingOptions training;
};

const char* const kFooter =
    "; images:DIR has one\nsubfolder per class. Without --test, the test split of --data is used; "
    "images:DIR has\nnone.\n"
    "\n"
    "The file takes images [N, C, H, W], float32, with gray levels 0 to 255, any N, of the size\n"
    "it was trained on, and gives logits [N, classes]: means over views of an image, mirrored\n"
    "(unless --no-flip) and moved by a pixel (unless --shift 0). It names itself (metadata\n"
    "kantor.scorer), so that what gan train --scorer and inception_score --graph make of it is\n"
    "called proxy-IS(NAME). It is written when the training is done; an interrupt (Ctrl-C)\n"
    "leaves what was there before.\n"
    "\n"
    "Examples:\n"
    "  train_scorer --data shapes --out shapes.onnx --width 8 --batch 64 --lr 0.1 --epochs 0.25\n"
    "  train_scorer --data images:train --test images:test --out cifar10.onnx --epochs 20\n"
    "  mpirun -n 4 train_scorer --data cifar10:data --out cifar10.onnx   (shares each batch)\n"
    "  gan train --preset sn-small --data shapes --scorer shapes.onnx\n";

void add_options(CLI::App& app, Options& o) {
  scorer::TrainingOptions& t = o.training;
  app.add_option("--data", o.data, "SPEC of the training images")->required();
  app.add_option("--out", o.out, "ONNX file to write")->required();
  app.add_option("--test", o.test, "SPEC of the test images");
  app.add_option("--name", o.name, "name of the scorer [the data set's name]");
  app.add_option("--resize", o.resize, "side of the images; 0: original size")
      ->capture_default_str()
      ->check(CLI::Range(0, datasets::kLargestResize));
  app.add_option("--epochs", t.epochs, "passes over the training images")
      ->capture_default_str()
      ->check(gan::console::positive_number());
  app.add_option("--minutes", t.minutes, "schedule the training to end within this many minutes")
      ->check(gan::console::positive_number());
  app.add_option("--width", o.width, "channels of the first stage; cost grows with the square")
      ->capture_default_str()
      ->check(CLI::Range(4, 1024));
  app.add_option("--batch", t.batch, "images per step")
      ->capture_default_str()
      ->check(CLI::Range(2, 65536));
  app.add_option("--lr", t.lr, "peak learning rate")
      ->capture_default_str()
      ->check(gan::console::positive_number());
  app.add_option("--shift", t.shift, "shift images by up to this many pixels")
      ->capture_default_str()
      ->check(CLI::Range(0, 64));
  app.add_option("--cutout", t.cutout, "side of a gray square pasted on every image; 0: none")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  app.add_flag("!--no-flip", t.flip, "do not mirror images, for letters and digits");
  app.add_option("--seed", t.seed, "seed of weights, image order and augmentation")
      ->capture_default_str();
  gan::console::add_device(app, o.device);
  gan::console::add_precision(app, o.precision);
  gan::console::add_threads(app);
  app.footer([] { return "SPEC is " + engine::alternatives(datasets::forms()) + kFooter; });
}

void check_same_images(const datasets::Dataset& data, const std::string& spec) {
  if (engine::processes().size() == 1) return;
  const std::string mine = gan::metrics::content_hash(data);
  engine::check(engine::text_of_first(mine) == mine, spec,
                ": these images differ from those of rank 0; give all processes the same data");
}

std::unique_ptr<datasets::Dataset> open_set(const std::string& spec, bool test, Index resize,
                                            int channels = 0) {
  auto data = datasets::open(spec, {.resize = static_cast<int>(resize),
                                    .channels = channels,
                                    .test = test,
                                    .resize_option = "--resize ",
                                    .orientation_option = "",
                                    .progress = gan::console::show_progress("image")});
  check_same_images(*data, spec);
  if (engine::processes().rank() > 0) return data;
  gan::console::note(data->description());
  for (const std::string& note : data->notes()) gan::console::note(note);
  return data;
}

// The test set, or nothing. Errors: image size or classes differ from the training set.
std::unique_ptr<datasets::Dataset> open_test_set(const Options& options,
                                                 const datasets::Dataset& data) {
  if (!options.test && options.data.starts_with("images:")) {
    if (engine::processes().rank() == 0)
      gan::console::note("note: without --test no accuracy is measured");
    return nullptr;
  }
  const std::string& spec = options.test.value_or(options.data);
  // A test set may happen to be gray; colors are not removed.
  const int channels = data.channels() == 3 ? 3 : 0;
  auto test = open_set(spec, true, options.resize, channels);
  engine::check(test->height() == data.height() && test->width() == data.width() &&
                    test->channels() == data.channels(),
                spec, ": its images are ", test->height(), "x", test->width(), "x",
                test->channels(), ", those of ", options.data, " ", data.height(), "x",
                data.width(), "x", data.channels());
  engine::check(test->class_names() == data.class_names(), spec, ": has ", test->classes(),
                " classes that are not the ", data.classes(), " of ", options.data);
  return test;
}

// An unwritable file is an error before training, not after it.
void check_writable(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  engine::check(std::filesystem::is_directory(folder), path, ": the folder ", folder.string(),
                " does not exist");
  engine::check(access(folder.c_str(), W_OK) == 0 && !std::filesystem::is_directory(path), path,
                ": cannot be written there");
}

int run(const Options& options) {
  gan::console::outlive_readers();
  static const std::string last_words =
      "train_scorer: interrupted; " + options.out + " is not written\n";
  const bool first = engine::launch().rank == 0;  // of several processes it alone writes and prints
  gan::console::end_on_interrupt(first ? last_words.c_str() : "");
  engine::join_processes();
  if (first) check_writable(options.out);
  engine::Device::named(options.device).use();
  engine::set_precision(engine::precision_named(options.precision));
  const auto data = open_set(options.data, false, options.resize);
  engine::check(data->classes() >= 2, options.data, ": has ", data->classes(),
                " class; a scorer needs several classes: put each into its own subfolder");
  const auto test = open_test_set(options, *data);
  engine::seed(options.training.seed);
  layers::Sequential network = scorer::make_network(
      *data, options.width,
      {.mirrored = options.training.flip, .moved = options.training.shift > 0});
  gan::console::catch_interrupts(
      first ? "\ninterrupted; finishing the current step; interrupt again to stop at once\n" : "");
  engine::check(scorer::train(network, *data, options.training), "interrupted; ", options.out,
                " is not written");
  const std::string name = options.name.empty() ? data->name() : options.name;
  engine::graph::Model model = scorer::make_model(network, *data, name);
  if (first) engine::graph::save_onnx(options.out, model);
  static const std::string written = "\ntrain_scorer: interrupted; " + options.out +
                                     " is written; its test accuracy was not measured\n";
  gan::console::end_on_interrupt(first ? written.c_str() : "");
  if (test) {
    const engine::graph::Graph saved =
        first ? engine::graph::Graph::load(options.out) : engine::graph::Graph(std::move(model));
    const double accuracy = scorer::accuracy(saved, *test);
    if (first)
      std::printf("test accuracy %.4f on %lld images\n", accuracy,
                  static_cast<long long>(test->size()));
  }
  if (first) gan::console::print(options.out);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains a small image classifier and writes it as ONNX, for the proxy-IS",
               "train_scorer");
  Options options;
  add_options(app, options);
  gan::console::share_work(app);
  return gan::console::run(app, argc, argv, [&] { return run(options); },
                           {.memory = "use a smaller --batch or --width"});
}
