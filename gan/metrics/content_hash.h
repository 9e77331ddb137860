// content_hash: identifies a set of images by content: SHA-256 of its size and all pixels in order,
// wherever it is stored. Labels are not included. Cost: one pass over the pixels, about a second
// per gigabyte, unless the set has kept the hash. Errors: those of reading the set.
#pragma once

#include <string>

#include "datasets/dataset.h"

namespace gan::metrics {

std::string content_hash(const datasets::Dataset& images);

}  // namespace gan::metrics
