#include "gan/analysis/audit.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "datasets/loader.h"
#include "engine/engine.h"
#include "gan/metrics/finite.h"
#include "gan/metrics/transport.h"
#include "layers/mode.h"

namespace gan::analysis {
namespace {

using engine::Index;
using engine::NoGrad;
using engine::Tensor;
using layers::Eval;
using layers::Sequential;

constexpr Index kBatch = 32;

double largest_slope(Sequential& discriminator, const Tensor& x) {
  const Tensor slopes = flatten(engine::grad(sum(discriminator(x)), {x})[0]);
  const Tensor scale = square_scale(slopes, {0, 1});
  const double square = max(sum(engine::square(slopes / scale), {1})).item();
  return scale.item() * std::sqrt(square);
}

// The images of one set, up to kMostCompared, and what D says of them.
class Seen {
 public:
  void add(Sequential& discriminator, const Tensor& images) {
    const Index taken = std::min(images.dim(0), kMostCompared - count_);
    if (taken == 0) return;
    const NoGrad constant;
    const Tensor some = slice(images, 0, 0, taken);
    for (const engine::Real score : discriminator(some).values()) {
      scores_ += score;
      largest_ = std::max(largest_, std::abs(double{score}));
    }
    images_.push_back(flatten(some));
    count_ += taken;
  }
  Index count() const { return count_; }
  double mean() const { return scores_ / static_cast<double>(count_); }
  double largest() const { return largest_; }
  Tensor points() const { return concat(images_, 0); }

 private:
  Index count_ = 0;
  double scores_ = 0, largest_ = 0;
  std::vector<Tensor> images_;
};

DistanceAudit compare(const Seen& real, const Seen& fake) {
  constexpr double kRounding = 1e-5;  // of D's values, relative to the largest
  DistanceAudit found{.images = real.count(),
                      .gap = real.mean() - fake.mean(),
                      .rounding = kRounding * std::max(real.largest(), fake.largest())};
  const Tensor reals = real.points(), fakes = fake.points();
  if (metrics::all_finite(reals.values()) && metrics::all_finite(fakes.values()))
    found.exact = metrics::exact_distance(reals, fakes);
  else
    found.gap = std::numeric_limits<double>::quiet_NaN();
  return found;
}

// The largest slope and the distance, over real images, fakes, and, for the slope, one point
// between each real and fake.
void look(RunAudit& result, models::Networks& networks, const datasets::Dataset& data,
          Index images) {
  const Index batch = std::min(kBatch, data.size());
  datasets::Loader loader(data, {.batch = batch});
  Sequential& discriminator = networks.discriminator;
  Seen reals, fakes;
  for (Index seen = 0; seen < images; seen += batch) {
    const Tensor real = loader.next().images;
    Tensor fake, between;
    {
      const NoGrad constant;
      fake = networks.generator(engine::normal({batch, networks.z_dim}));
      between = fake + engine::uniform({batch, 1, 1, 1}) * (real - fake);
    }
    for (const Tensor& x : {real, fake, between}) {
      const double slope = largest_slope(discriminator, x);
      result.empirical = std::isfinite(slope) ? std::max(result.empirical, slope) : slope;
      if (!std::isfinite(slope)) return;
    }
    reals.add(discriminator, real);
    fakes.add(discriminator, fake);
  }
  result.distance = compare(reals, fakes);
}

}  // namespace

RunAudit audit(models::Networks& networks, const std::string& constraint, std::uint64_t seed,
               const datasets::Dataset& data, Index images) {
  const Eval evaluate;
  engine::seed(seed);
  RunAudit result{.constraint = constraint, .layers = {}};
  look(result, networks, data, images);  // now the layers know their maps
  for (const auto& [layer, number, param] : layers::weights(networks.discriminator))
    result.layers.push_back({layer, layers::audit(*param, layer + ".weight")});
  result.certified =
      networks.discriminator.lipschitz({1, data.height(), data.width(), data.channels()});
  return result;
}

std::vector<std::string> RunAudit::contradictions() const {
  std::vector<std::string> lines;
  for (const AuditRow& row : layers)
    if (!row.found.consistent())
      lines.push_back("layer " + row.name + ": its bounds are not in order; see its row");
  constexpr double kSlack = 1e-4;  // the slopes are rounded, the bounds are not
  if (!std::isfinite(empirical))
    lines.push_back("network: its slope on images is not finite; its values leave float32");
  else if (!(empirical <= certified * (1 + kSlack)))
    lines.push_back("network: its slope on images exceeds the certified bound");
  const double most = distance.exact * certified * (1 + kSlack) + distance.rounding;
  if (!std::isfinite(distance.gap))
    lines.push_back("network: its values on images are not finite");
  else if (distance.images > 0 && std::isfinite(certified) && std::abs(distance.gap) > most)
    lines.push_back(
        "network: its mean on real images less that on fakes exceeds their exact distance times "
        "the certified bound");
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
  out << "\nconstraint " << audit.constraint
      << "\nthe discriminator's Lipschitz constant is at most " << audit.certified
      << " (certified)\nand at least " << audit.empirical
      << " (largest slope over real images, fakes and points between)\n";
  if (audit.distance.images > 0)
    out << "of " << audit.distance.images << " real and as many generated images, (mean D(real) - "
        << "mean D(fake)) / certified = " << audit.told()
        << "\nis at most their exact distance, W1 = " << audit.distance.exact
        << ": the discriminator reaches " << 100 * audit.reached() << " % of it\n";
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
  const bool bounded = std::isfinite(audit.certified);
  json["network"] = {{"certified", bounded ? Json(audit.certified) : Json(nullptr)},
                     {"empirical", audit.empirical}};
  const DistanceAudit& d = audit.distance;
  // Numbers that are not finite become null.
  json["distance"] = {{"images", d.images},
                      {"gap", d.gap},
                      {"lower_bound", bounded ? Json(audit.told()) : Json(nullptr)},
                      {"exact", d.exact},
                      {"reached", bounded ? Json(audit.reached()) : Json(nullptr)}};
  return json.dump(2) + "\n";
}

}  // namespace gan::analysis
