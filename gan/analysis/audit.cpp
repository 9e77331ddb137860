#include "gan/analysis/audit.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "datasets/loader.h"
#include "engine/engine.h"
#include "gan/console/printable.h"
#include "gan/metrics/finite.h"
#include "gan/metrics/transport.h"
#include "layers/labels.h"
#include "layers/mode.h"

namespace gan::analysis {
namespace {

using engine::Index;
using engine::NoGrad;
using engine::Tensor;
using layers::Eval;
using layers::Labels;
using layers::Sequential;

constexpr Index kBatch = 32;

// Of D at each image.
std::vector<double> slopes(Sequential& discriminator, const Tensor& x) {
  const Tensor gradient = flatten(engine::grad(sum(discriminator(x)), {x})[0]);
  const Tensor scale = square_scale(gradient, {0, 1});
  std::vector<double> found;
  for (const double square : sum(engine::square(gradient / scale), {1}).values())
    found.push_back(scale.item() * std::sqrt(square));
  return found;
}

// The images of one set, up to kMostCompared, and D's outputs for them. Labels are those of all
// images given; without classes they do not matter.
class Seen {
 public:
  void add(Sequential& discriminator, const Tensor& images, const std::vector<int>& labels) {
    const Index taken = std::min(images.dim(0), kMostCompared - count());
    if (taken == 0) return;
    const NoGrad constant;
    const Labels given(layers::labels().defined() ? slice(layers::labels(), 0, 0, taken)
                                                  : Tensor());
    const Tensor some = slice(images, 0, 0, taken);
    for (const engine::Real score : discriminator(some).values()) {
      scores_ += score;
      largest_ = std::max(largest_, std::abs(double{score}));
    }
    images_.push_back(flatten(some));
    labels_.insert(labels_.end(), labels.begin(), labels.begin() + taken);
  }
  Index count() const { return std::ssize(labels_); }
  double mean() const { return scores_ / static_cast<double>(count()); }
  double largest() const { return largest_; }
  Tensor points() const { return concat(images_, 0); }
  // Those of one class; empty if there are none.
  Tensor points(int label) const {
    std::vector<engine::Real> rows;
    for (std::size_t i = 0; i < labels_.size(); ++i)
      if (labels_[i] == label) rows.push_back(static_cast<engine::Real>(i));
    if (rows.empty()) return {};
    return gather(points(), Tensor::from({std::ssize(rows)}, rows));
  }

 private:
  double scores_ = 0, largest_ = 0;
  std::vector<Tensor> images_;
  std::vector<int> labels_;
};

// Of the images of each class, weighted by their number; D compares no others.
double exact_within(const Seen& real, const Seen& fake, Index classes) {
  if (classes == 0) return metrics::exact_distance(real.points(), fake.points());
  double total = 0;
  for (int label = 0; label < classes; ++label)
    if (const Tensor points = real.points(label); points.defined())
      total +=
          static_cast<double>(points.dim(0)) * metrics::exact_distance(points, fake.points(label));
  return total / static_cast<double>(real.count());
}

DistanceAudit compare(const Seen& real, const Seen& fake, Index classes) {
  constexpr double kRounding = 1e-5;  // of D's values, relative to the largest
  DistanceAudit found{.images = real.count(),
                      .gap = real.mean() - fake.mean(),
                      .rounding = kRounding * std::max(real.largest(), fake.largest())};
  if (metrics::all_finite(real.points().values()) && metrics::all_finite(fake.points().values()))
    found.exact = exact_within(real, fake, classes);
  else
    found.gap = std::numeric_limits<double>::quiet_NaN();
  return found;
}

// The largest slope and the distance, over real images, fakes of the same classes, and, for the
// slope, one point between each real and fake.
void look(RunAudit& result, models::Networks& networks, const datasets::Dataset& data,
          Index images) {
  const Index batch = std::min(kBatch, data.size());
  datasets::Loader loader(data, {.batch = batch, .labels = networks.classes > 0});
  Sequential& discriminator = networks.discriminator;
  Seen reals, fakes;
  for (Index seen = 0; seen < images; seen += batch) {
    const datasets::Batch next = loader.next();
    const std::vector<int> labels(next.labels.begin(), next.labels.end());
    const Labels given(next.classes);
    const Tensor real = next.images;
    Tensor fake, between;
    {
      const NoGrad constant;
      fake = networks.generator(engine::normal({batch, networks.z_dim}));
      between = fake + engine::uniform({batch, 1, 1, 1}) * (real - fake);
    }
    for (const Tensor& x : {real, fake, between}) {
      const std::vector<double> found = slopes(discriminator, x);
      for (std::size_t i = 0; i < found.size(); ++i) {
        const auto raise = [&](double& largest) {  // for good, once it is not finite
          if (!(found[i] <= largest) && std::isfinite(largest)) largest = found[i];
        };
        raise(result.empirical);
        if (!result.classes.empty()) raise(result.classes[labels[i]].empirical);
      }
      if (!std::isfinite(result.empirical)) return;
    }
    reals.add(discriminator, real, labels);
    fakes.add(discriminator, fake, labels);
  }
  result.distance = compare(reals, fakes, networks.classes);
}

}  // namespace

RunAudit audit(models::Networks& networks, const std::string& constraint, std::uint64_t seed,
               const datasets::Dataset& data, Index images) {
  const Eval evaluate;
  engine::seed(seed);
  RunAudit result{.constraint = constraint, .layers = {}};
  for (Index i = 0; i < networks.classes; ++i) result.classes.push_back({data.class_names()[i]});
  look(result, networks, data, images);  // now the layers know their maps
  for (const auto& [layer, number, param] : layers::weights(networks.discriminator))
    result.layers.push_back({layer, layers::audit(*param, layer + ".weight")});
  const std::vector<double> bounds =
      networks.discriminator.class_bounds({1, data.height(), data.width(), data.channels()});
  result.certified = std::ranges::max(bounds);
  for (std::size_t i = 0; i < result.classes.size(); ++i)
    result.classes[i].certified = bounds[bounds.size() == 1 ? 0 : i];
  return result;
}

bool RunAudit::bounded() const { return !std::isinf(certified); }

std::vector<std::string> RunAudit::contradictions() const {
  std::vector<std::string> lines;
  for (const AuditRow& row : layers)
    if (!row.found.consistent())
      lines.push_back("layer " + row.name + ": bounds are out of order; see its row");
  constexpr double kSlack = 1e-4;  // the slopes are rounded, the bounds are not
  if (!std::isfinite(empirical))
    lines.push_back("network: slope on images is not finite; values overflow float32");
  else if (!(empirical <= certified * (1 + kSlack)))
    lines.push_back("network: slope on images exceeds the certified bound");
  for (const ClassAudit& each : classes)
    if (std::isfinite(each.empirical) && !(each.empirical <= each.certified * (1 + kSlack)))
      lines.push_back("class " + each.name + ": slope on its images exceeds its certified bound");
  const double most = distance.exact * certified * (1 + kSlack) + distance.rounding;
  if (!std::isfinite(distance.gap))
    lines.push_back("network: values on images are not finite");
  else if (distance.images > 0 && std::isfinite(certified) && std::abs(distance.gap) > most)
    lines.push_back(
        "network: mean D(real) - mean D(fake) exceeds the exact distance times the certified "
        "bound");
  return lines;
}

std::string as_table(const RunAudit& audit) {
  std::ostringstream out;
  out << std::left << std::setw(12) << "layer" << std::right;
  for (const char* column : {"k", "running", "audited", "certified", "reshaped", "s1/s2", "rank"})
    out << std::setw(11) << column;
  out << '\n' << std::setprecision(4);
  const auto optional = [&](const std::optional<double>& value) {
    if (value) {
      out << std::setw(11) << *value;
    } else {
      out << std::setw(11) << "-";
    }
  };
  for (const AuditRow& row : audit.layers) {
    const layers::LayerAudit& f = row.found;
    out << std::left << std::setw(12) << row.name << std::right;
    optional(f.k);
    optional(f.running);
    for (const double value : {f.audited, f.certified, f.reshaped, f.ratio, f.stable_rank})
      out << std::setw(11) << value;
    out << '\n';
  }
  out << "\nconstraint " << audit.constraint << "\nthe discriminator's Lipschitz constant ";
  if (audit.bounded())
    out << "is at most " << audit.certified << " (certified)";
  else
    out << "has no certified bound: a layer, such as self-attention, has none";
  out << "\nand is at least " << audit.empirical
      << " (largest slope at real images, fakes and points between them)\n";
  if (!audit.classes.empty()) {
    out << "\n"
        << std::left << std::setw(20) << "class" << std::right << std::setw(11) << "certified"
        << std::setw(11) << "slope" << '\n';
    for (const ClassAudit& each : audit.classes)
      out << std::left << std::setw(20) << console::printable(each.name) << std::right
          << std::setw(11) << each.certified << std::setw(11) << each.empirical << '\n';
    out << '\n';
  }
  const char* const exact = audit.classes.empty()
                                ? "the exact distance, W1 = "
                                : "the exact distance, the mean of W1 within each class = ";
  if (audit.distance.images > 0 && audit.bounded())
    out << "for " << audit.distance.images << " real and as many generated images, (mean D(real) - "
        << "mean D(fake)) / certified = " << audit.told() << "\nis at most " << exact
        << audit.distance.exact << ": the discriminator reaches " << 100 * audit.reached()
        << " % of it\n";
  else if (audit.distance.images > 0)
    out << "for " << audit.distance.images << " real and as many generated images, mean D(real) - "
        << "mean D(fake) = " << audit.distance.gap << ",\nwhich says nothing without a bound about "
        << exact << audit.distance.exact << '\n';
  return out.str();
}

std::string as_json(const RunAudit& audit) {
  using Json = nlohmann::ordered_json;
  const auto optional = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  Json json;
  json["layers"] = Json::array();
  for (const AuditRow& row : audit.layers) {
    const layers::LayerAudit& f = row.found;
    json["layers"].push_back({{"name", row.name},
                              {"constraint", audit.constraint},
                              {"k", optional(f.k)},
                              {"running", optional(f.running)},
                              {"audited", f.audited},
                              {"certified", f.certified},
                              {"reshaped", f.reshaped},
                              {"ratio", f.ratio},
                              {"stable_rank", f.stable_rank}});
  }
  const bool bounded = audit.bounded();
  json["network"] = {{"certified", bounded ? Json(audit.certified) : Json(nullptr)},
                     {"empirical", audit.empirical}};
  // Non-finite numbers become null.
  for (const ClassAudit& each : audit.classes)
    json["classes"].push_back(
        {{"name", each.name}, {"certified", each.certified}, {"empirical", each.empirical}});
  const DistanceAudit& d = audit.distance;
  json["distance"] = {{"images", d.images},
                      {"gap", d.gap},
                      {"lower_bound", bounded ? Json(audit.told()) : Json(nullptr)},
                      {"exact", d.exact},
                      {"reached", bounded ? Json(audit.reached()) : Json(nullptr)}};
  return json.dump(2) + "\n";
}

}  // namespace gan::analysis
