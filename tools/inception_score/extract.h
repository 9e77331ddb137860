// What a network says about every image of a set, from the cache or by running it.
#pragma once

#include <utility>

#include "gan/metrics/classifier.h"
#include "tools/inception_score/feature_cache.h"
#include "tools/inception_score/image_set.h"

namespace inception_score {

// Shows progress on stderr. Errors: the network's own; an image whose numbers are not finite.
Extracted extract(const gan::metrics::Classifier& network, const ImageSet& set,
                  const Options& options);

// Height and width that --resize-as brings images to. Errors: the network takes any size.
std::pair<Index, Index> input_size(const gan::metrics::Classifier& network);

}  // namespace inception_score
