// Feature statistics in the .npz files that pytorch-fid, TTUR and others share: `mu` [n] and
// `sigma` [n, n], float64 here, float32 too when read. Written beside them, and read where it is
// there: `factor` [r, n] with factor^T factor = sigma, which keeps the digits that sigma loses, so
// that a distance to the file is that to the images, to the last bit.
// Cost: 67 MB on disk for 2048 features. Errors: name the file, and what is missing, does not fit
// together or is not finite. Writing goes beside and renames: what was there is kept on failure.
#pragma once

#include <string>

#include "gan/metrics/frechet_distance.h"
#include "gan/metrics/npz.h"

namespace gan::metrics {

FeatureStatistics read_statistics(const std::string& path);
FeatureStatistics read_statistics(const Npz& file);
void write_statistics(const std::string& path, const FeatureStatistics& statistics);

}  // namespace gan::metrics
