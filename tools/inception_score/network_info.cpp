#include "tools/inception_score/network_info.h"

#include <nlohmann/json.hpp>

#include "engine/check.h"
#include "gan/metrics/resize.h"
#include "tools/inception_score/extract.h"

namespace inception_score {
namespace {

using Json = nlohmann::ordered_json;

// Calls use(name, member) for each, in writing and in reading.
template <class Info, class Use>
void each_member(Info& info, const Use& use) {
  use("graph", info.graph);
  use("graph_sha256", info.graph_sha256);
  use("network", info.network);
  use("name", info.name);
  use("inception", info.inception);
  use("ours", info.ours);
  use("bias_detail", info.bias_detail);
  use("features", info.features);
  use("logits", info.logits);
  use("features_pooled", info.features_pooled);
  use("logits_pooled", info.logits_pooled);
  use("resize", info.resize);
  use("range", info.range);
  use("range_source", info.range_source);
  use("mean", info.mean);
  use("std", info.deviation);
  use("bgr", info.bgr);
  use("precision", info.precision);
  use("device", info.device);
}

std::string described(const gan::metrics::Survey& found) {
  if (found.is_inception()) return "Inception-v3";
  return "not Inception-v3: " + std::to_string(found.convolutions) + " convolutions with " +
         std::to_string(found.kernel_weights) + " weights";
}

std::optional<bool> has_bias(gan::metrics::Bias bias) {
  if (bias == gan::metrics::Bias::unknown) return std::nullopt;
  return bias == gan::metrics::Bias::included;
}

}  // namespace

std::string NetworkInfo::score_name() const {
  return inception && !ours ? "Inception Score" : "proxy-IS(" + name + ")";
}

bool NetworkInfo::agrees(const NetworkInfo& other) const {
  return !known() || !other.known() ||
         (graph_sha256 == other.graph_sha256 && features == other.features &&
          resize == other.resize && range == other.range && mean == other.mean &&
          deviation == other.deviation && bgr == other.bgr);
}

std::string NetworkInfo::to_json() const {
  Json json;
  each_member(*this, [&](const char* name, const auto& member) { json[name] = member; });
  json["bias"] = bias ? Json(*bias) : Json();
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

NetworkInfo NetworkInfo::from_json(const std::string& text) {
  NetworkInfo info;
  try {
    const Json json = Json::parse(text);
    each_member(info, [&](const char* name, auto& member) { json.at(name).get_to(member); });
    if (const Json& bias = json.at("bias"); !bias.is_null()) info.bias = bias.get<bool>();
    if (info.known()) gan::metrics::range_named(info.range);
  } catch (const std::exception&) {
    engine::fail("its description of the network is unreadable");
  }
  return info;
}

NetworkInfo describe(const gan::metrics::Classifier& network, const Options& options) {
  const gan::metrics::ValueRange& range = network.range().range;
  return {.graph = options.graph,
          .graph_sha256 = network.sha256(),
          .network = described(network.found()),
          .name = network.name(),
          .inception = network.found().is_inception(),
          .ours = network.ours(),
          .bias = has_bias(network.bias()),
          .bias_detail = gan::metrics::describe(network.bias()),
          .features = network.features(),
          .logits = network.logits(),
          .features_pooled = network.is_pooled(network.features()),
          .logits_pooled = network.is_pooled(network.logits()),
          .resize = resize_of(network, options),
          .range = name_of(range.range),
          .range_source = network.range().why,
          .mean = range.mean,
          .deviation = range.deviation,
          .bgr = range.bgr,
          .precision = options.precision,
          .device = options.device};
}

std::string resize_of(const gan::metrics::Classifier& network, const Options& options) {
  if (options.resize_as.empty()) return network.preprocessing();
  const auto [height, width] = input_size(network);
  return std::string(gan::metrics::resizer_named(options.resize_as).says) + " to " +
         std::to_string(width) + "x" + std::to_string(height);
}

}  // namespace inception_score
