#include "tools/inception_score/extract.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "engine/collective.h"
#include "engine/tensor.h"
#include "gan/console/progress.h"
#include "gan/metrics/resize.h"

namespace inception_score {
namespace {

using engine::Tensor;
using gan::metrics::Classifier;
using gan::metrics::Features;

// Everything that the features depend on.
std::string key_of(const Classifier& network, const ImageSet& set, const Options& options) {
  std::string key = "3";  // another number where old features no longer count
  for (const std::string& part :
       {network.sha256(), network.features(), network.logits(),
        std::string(network.bias() == gan::metrics::Bias::left_out ? "no bias" : "bias"),
        network.preprocessing(), describe(network.range().range), options.precision, options.device,
        set.sha256})
    key += "|" + part;
  if (!options.resize_as.empty()) key += "|" + options.resize_as;
  return key;
}

// Adds the rows of the images from number `first` on.
void append(Features& to, const Tensor& rows, const ImageSet& set, const char* what, Index first) {
  if (!rows.defined()) return;
  to.columns = rows.dim(1);
  const std::vector<float> values = rows.values();
  const auto bad = std::ranges::find_if(values, [](float x) { return !std::isfinite(x); });
  engine::check(bad == values.end(), set.spec, ": the ", what, " of image ",
                first + (bad - values.begin()) / std::max<Index>(to.columns, 1), " are not finite");
  to.values.insert(to.values.end(), values.begin(), values.end());
}

// The rows of all processes; those of this one begin at number `from` of `rows`.
Features gathered(Features mine, Index from, Index rows) {
  if (engine::processes().size() == 1) return mine;
  double columns[] = {static_cast<double>(mine.columns), mine.columns > 0 ? 1.0 : 0.0};
  engine::processes().sum(std::span<double>(columns));  // some may have had no images
  Features all{.columns = static_cast<Index>(columns[0] / std::max(columns[1], 1.0))};
  all.values.resize(static_cast<std::size_t>(rows * all.columns));
  std::ranges::copy(mine.values, all.values.begin() + from * all.columns);
  engine::processes().sum(all.values);
  return all;
}

bool takes_one(const Classifier& network, const Tensor& images) {
  engine::Shape one = images.shape();
  one[0] = 1;
  try {
    network(Tensor::view(images, 0, one));
    return true;
  } catch (const engine::Error&) {
    return false;
  }
}

// Errors: those of the network; if a single image would have worked, they say so.
gan::metrics::Answers answers_of(const Classifier& network, const Tensor& images) {
  try {
    return network(images);
  } catch (const engine::Error& error) {
    if (images.dim(0) == 1 || !takes_one(network, images)) throw;
    engine::fail(error.what(), "; the network takes one image at a time: use --batch 1");
  }
}

// Images `begin` to `begin + count` in the network's input format: floats in 0 .. 255, of one size.
Tensor batch_of(const Classifier& network, const ImageSet& set, Index begin, Index count,
                const Options& options) {
  std::vector<float> pixels;
  engine::Shape shape;
  for (Index i = begin; i < begin + count; ++i) {
    const datasets::Image image = set.read(i);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(image.pixels.data());
    const std::span all(bytes, image.pixels.size());
    if (options.resize_as.empty()) {
      pixels.insert(pixels.end(), all.begin(), all.end());
      shape = {count, image.height, image.width, 3};
      continue;
    }
    const auto [height, width] = input_size(network);
    const Tensor one = Tensor::from({1, image.height, image.width, 3}, {all.begin(), all.end()});
    const std::vector<float> resized =
        gan::metrics::resizer_named(options.resize_as).resize(one, height, width).values();
    pixels.insert(pixels.end(), resized.begin(), resized.end());
    shape = {count, height, width, 3};
  }
  return Tensor::from(shape, pixels);
}

}  // namespace

std::pair<Index, Index> input_size(const Classifier& network) {
  const gan::metrics::Survey& found = network.found();
  if (found.height > 0 && found.width > 0) return {found.height, found.width};
  engine::check(found.is_inception(), network.name(),
                ": takes images of any size, so --resize-as has no target size; omit it");
  return {299, 299};
}

Extracted extract(const Classifier& network, const ImageSet& set, const Options& options) {
  const FeatureCache cache(options.cache);
  const std::string key = key_of(network, set, options);
  const bool first = engine::processes().rank() == 0;
  std::optional<Extracted> found = first ? cache.find(key) : std::nullopt;
  const std::string told = engine::text_of_first((found ? "found " : "wanted ") + key);
  engine::check(
      told.ends_with(" " + key), set.spec,
      ": the images, network or options differ from those of rank 0; give all processes the same");
  if (told.starts_with("found")) return found ? *std::move(found) : Extracted{};

  // Whole batches for each of the processes, which see what one would see.
  const Index size = options.batch_size(), batches = (set.size() + size - 1) / size;
  const Index processes = engine::processes().size(), rank = engine::processes().rank();
  const Index from = batches * rank / processes * size;
  const Index to = std::min(batches * (rank + 1) / processes * size, set.size());
  Extracted mine;
  gan::console::Progress progress(from, to, "image");
  for (Index begin = from; begin < to; begin += size) {
    const Index count = std::min(size, to - begin);
    const auto answers = answers_of(network, batch_of(network, set, begin, count, options));
    append(mine.features, answers.features, set, "features", begin);
    append(mine.logits, answers.logits, set, "logits", begin);
    progress.step(begin + count, INFINITY);
  }
  Extracted all{.features = gathered(std::move(mine.features), from, set.size()),
                .logits = gathered(std::move(mine.logits), from, set.size()),
                .seen = set.size()};
  if (first) cache.keep(key, all);
  return all;
}

}  // namespace inception_score
