#include "tools/inception_score/extract.h"

#include <algorithm>
#include <cmath>

#include "engine/tensor.h"
#include "gan/progress.h"

namespace inception_score {
namespace {

using engine::Tensor;
using gan::metrics::Classifier;
using gan::metrics::Features;

// Everything that the numbers depend on.
std::string key_of(const Classifier& network, const ImageSet& set, const Options& options) {
  std::string key = "2";  // another number where old features no longer count
  for (const std::string& part :
       {network.sha256(), network.features(), network.logits(),
        std::string(network.bias() ? "bias" : "no bias"), network.preprocessing(),
        std::string(name_of(network.found().range)), options.precision, options.device, set.sha256})
    key += "|" + part;
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

// Errors: the network's; where one image would have gone through, they say so.
gan::metrics::Answers answers_of(const Classifier& network, const Tensor& images) {
  try {
    return network(images);
  } catch (const engine::Error& error) {
    if (images.dim(0) == 1 || !takes_one(network, images)) throw;
    engine::fail(error.what(), "; it takes one image at a time: give --batch 1");
  }
}

}  // namespace

Extracted extract(const Classifier& network, const ImageSet& set, const Options& options) {
  const FeatureCache cache(options.cache);
  const std::string key = key_of(network, set, options);
  if (auto found = cache.find(key)) return *std::move(found);

  const datasets::Dataset& images = *set.images;
  Extracted all;
  gan::Progress progress(0, images.size(), "image");
  std::vector<std::uint8_t> image(images.image_size());
  for (Index begin = 0; begin < images.size(); begin += options.batch) {
    const Index count = std::min(options.batch, images.size() - begin);
    std::vector<float> pixels;
    pixels.reserve(static_cast<std::size_t>(count * images.image_size()));
    for (Index i = 0; i < count; ++i) {
      images.read(begin + i, image.data());
      pixels.insert(pixels.end(), image.begin(), image.end());
    }
    const auto answers = answers_of(
        network, Tensor::from({count, images.height(), images.width(), images.channels()}, pixels));
    append(all.features, answers.features, set, "features", begin);
    append(all.logits, answers.logits, set, "logits", begin);
    progress.step(begin + count, INFINITY);
  }
  all.seen = images.size();
  cache.keep(key, all);
  return all;
}

}  // namespace inception_score
