// Feature statistics in the .npz files that pytorch-fid, TTUR and others share: `mu` [n] and
// `sigma` [n, n], float64 here, float32 too when read. An additional array, optional on reading:
// `factor` [r, n] with factor^T factor = sigma, which keeps the digits that sigma loses, so that a
// distance to the file is bit-identical to a distance to the images. Cost: 67 MB on disk for 2048
// features. Errors: missing, inconsistent or non-finite data, naming the file. Files are written
// under a temporary name and renamed: on failure the previous file is kept.
#pragma once

#include <string>

#include "gan/metrics/frechet_distance.h"
#include "gan/metrics/npz.h"

namespace gan::metrics {

FeatureStatistics read_statistics(const std::string& path);
FeatureStatistics read_statistics(const Npz& file);
void write_statistics(const std::string& path, const FeatureStatistics& statistics);

}  // namespace gan::metrics
