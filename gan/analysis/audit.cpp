#include "gan/analysis/audit.h"

#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "datasets/loader.h"
#include "engine/engine.h"
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

// What a discriminator does with real images, fakes, and one point between each real and fake.
struct Observed {
  double slope = 0;           // the largest
  double real = 0, fake = 0;  // sums of its outputs
  Index seen = 0;
};

Observed observe(models::Networks& networks, const datasets::Dataset& data, Index images) {
  const Index batch = std::min(kBatch, data.size());
  datasets::Loader loader(data, {.batch = batch});
  Sequential& discriminator = networks.discriminator;
  Observed observed;
  for (; observed.seen < images; observed.seen += batch) {
    const Tensor real = loader.next().images;
    Tensor fake, between;
    {
      const NoGrad constant;
      fake = networks.generator(engine::normal({batch, networks.z_dim}));
      between = fake + engine::uniform({batch, 1, 1, 1}) * (real - fake);
      observed.real += sum(discriminator(real)).item();
      observed.fake += sum(discriminator(fake)).item();
    }
    for (const Tensor& x : {real, fake, between}) {
      const double slope = largest_slope(discriminator, x);
      if (std::isfinite(observed.slope) && !(slope <= observed.slope)) observed.slope = slope;
    }
  }
  return observed;
}

}  // namespace

RunAudit audit(models::Networks& networks, const std::string& constraint, std::uint64_t seed,
               const datasets::Dataset& data, Index images) {
  const Eval evaluate;
  engine::seed(seed);
  RunAudit result{.constraint = constraint, .layers = {}};
  const Observed observed = observe(networks, data, images);  // now the layers know their maps
  result.empirical = observed.slope;
  result.estimate = (observed.real - observed.fake) / static_cast<double>(observed.seen);
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
      << " (largest slope over real images, fakes and points between)\nits estimate, mean D(real) "
         "- "
         "mean D(fake), is "
      << audit.estimate << ", " << audit.estimate_over_bound() << " of the certified bound\n";
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
                     {"empirical", audit.empirical},
                     {"estimate", audit.estimate}};
  return json.dump(2) + "\n";
}

}  // namespace gan::analysis
