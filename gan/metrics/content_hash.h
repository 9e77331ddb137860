// content_hash: what names a set of images by its content, SHA-256 of its size and all of its
// pixels in order, wherever they lie. Labels have no part in it. Cost: a pass over the pixels,
// about a second a gigabyte. Errors: those of reading the set.
#pragma once

#include <string>

#include "datasets/dataset.h"

namespace gan::metrics {

std::string content_hash(const datasets::Dataset& images);

}  // namespace gan::metrics
