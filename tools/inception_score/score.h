// The work of inception_score: every requested score of every set, with its protocol.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/inception_score/sets.h"

namespace inception_score {

struct Scored {
  const Score* score;
  Result result;
};

// The scores of one set, or of one class of it.
struct ReportRow {
  std::string class_name;  // "": of all classes
  std::vector<Scored> scores;
};

struct SetReport {
  SetInfo set;
  NetworkInfo network;
  Index feature_count = 0, classes = 0;  // columns of features and of logits
  std::vector<ReportRow> rows;           // the first is that of all images
};

struct Report {
  std::vector<SetReport> sets;  // in the order of --images
  std::vector<std::pair<const Score*, SetInfo>> references;
};

// Warnings and notes go to stderr as they arise.
Report score(const Options& options);

// The error if --graph is missing but needed; else "".
std::string missing_graph(const Options& options);

std::string as_text(const Report& report, const Options& options);
std::string as_json(const Report& report, const Options& options);

}  // namespace inception_score
