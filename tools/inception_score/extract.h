// Features and logits of every image of a set, from the cache or by running the network.
#pragma once

#include <utility>

#include "gan/metrics/classifier.h"
#include "tools/inception_score/feature_cache.h"
#include "tools/inception_score/image_set.h"

namespace inception_score {

// Of several processes (engine/collective.h), all must call it: each runs the network on a part of
// the images, and all get the features, or, where rank 0 has them in its cache, rank 0 alone.
// Shows progress on stderr. Errors: the network's own; an image with non-finite results.
Extracted extract(const gan::metrics::Classifier& network, const ImageSet& set,
                  const Options& options);

// The height and width for --resize-as. Errors: the network takes any size.
std::pair<Index, Index> input_size(const gan::metrics::Classifier& network);

}  // namespace inception_score
