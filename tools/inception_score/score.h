// The work of inception_score: every number that was asked for, and the protocol it was had by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gan/metrics/precision_recall.h"
#include "tools/inception_score/options.h"

namespace inception_score {

struct Reference {  // what FID, KID or precision and recall compared with
  std::string spec, sha256, selection;
  Index images = 0;  // 0: not known, as of statistics
};

struct Report {
  // How the numbers came about.
  std::string graph, graph_sha256, network, name;  // name: the file's, without folder and ending
  bool inception = false, ours = false, bias = false;
  std::string features, logits, network_resize, range;
  std::string images, images_sha256, selection, image_resize;
  Index count = 0, height = 0, width = 0, classes = 0, feature_count = 0;
  std::optional<Reference> fid_reference, kid_reference, pr_reference;

  std::optional<gan::metrics::Estimate> score;
  std::optional<double> fid;
  std::optional<gan::metrics::Estimate> kid;
  std::optional<gan::metrics::PrecisionRecall> pr;

  // "Inception Score", or "proxy-IS(name)" of a network that is not Inception.
  std::string score_name() const;
};

// Warnings, and what else the user should know, go to stderr as they arise.
Report score(const Options& options);

std::string as_text(const Report& report, const Options& options);
std::string as_json(const Report& report, const Options& options);

}  // namespace inception_score
