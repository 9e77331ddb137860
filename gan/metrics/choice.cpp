#include "gan/metrics/choice.h"

#include <algorithm>

#include "engine/tensor.h"

namespace gan::metrics {
namespace {

using engine::Tensor;
using engine::graph::Graph;
using engine::graph::Model;

template <class... Parts>
void require(bool ok, const Parts&... parts) {
  if (ok) return;
  std::ostringstream text;
  (text << ... << parts);
  throw BadOption(text.str());
}

// "'y' [1, 10], 'pool' [1, 64, 1, 1]": for one image; no shape if it cannot run. Cost: one run of
// the network each, so only for messages.
std::string list_candidates(const Model& model, const Survey& found) {
  const Graph graph(model);
  const Tensor black = engine::zeros({1, found.height > 0 ? found.height : 64,
                                      found.width > 0 ? found.width : 64, found.channels});
  std::string list;
  for (const std::string& name : candidates(Links(model))) {
    std::ostringstream text;
    text << "'" << name << "'";
    try {
      text << " " << graph.run_values({{found.input, as_input(black, found)}}, {name})[0].shape();
    } catch (const engine::Error&) {
    }
    list += (list.empty() ? "" : ", ") + text.str();
  }
  return list.empty() ? "none" : list;
}

// The name as the graph spells it. TensorFlow's "name:0" is "name".
std::string spelled(const Model& model, const Survey& found, std::string name) {
  const Links links(model);
  const auto has = [&](const std::string& value) {
    return links.maker(value) || model.constants.contains(value) ||
           model.unreadable.contains(value) ||
           std::ranges::any_of(model.inputs, [&](const auto& port) { return port.name == value; });
  };
  if (!has(name) && name.ends_with(":0")) name.resize(name.size() - 2);
  if (!has(name) && found.is_inception())
    if (const std::string value = inception_features(links, name); !value.empty()) return value;
  if (!has(name))
    engine::fail(model.path, ": no value '", name,
                 "' in the graph; candidates: ", list_candidates(model, found), " (for one image)");
  return name;
}

// A score applies the softmax itself, so probabilities would give a wrong score.
void check_no_probabilities(const Model& model, const std::string& logits) {
  const Links links(model);
  const auto* maker = links.maker(source(links, logits));
  if (!maker || maker->op != "Softmax" || maker->inputs.empty()) return;
  require(false, model.path, ": value '", logits,
          "' holds probabilities, not logits; use --logits ", maker->inputs[0], ", their input");
}

Bias bias_of(const std::optional<Product>& product, const std::string& logits) {
  if (!product) return Bias::unknown;
  if (product->biased.empty()) return Bias::absent;
  return logits == product->biased ? Bias::included : Bias::left_out;
}

std::string with_bias(const std::string& path, const Product& product) {
  require(!product.biased.empty(), path, ": --bias cannot be honored: the layer that makes '",
          product.plain, "' has no bias");
  return product.biased;
}

std::string without_bias(Model& model, Product& product) {
  if (product.plain.empty()) product.plain = add_plain(model, product);
  return product.plain;
}

void choose_logits(Model& model, const Survey& found, const ClassifierOptions& options,
                   Choice& choice) {
  const bool named = !options.logits.empty();
  choice.logits = named ? spelled(model, found, options.logits) : found.head.logits;
  check_no_probabilities(model, choice.logits);
  std::optional<Product> product =
      named ? product_at(Links(model), choice.logits) : found.head.product;
  require(product || !options.bias || choice.logits.empty(), model.path, ": ",
          options.bias.value_or(false) ? "--bias" : "--no-bias", " cannot be honored: '",
          choice.logits, "' is not the result of a matrix product and a bias");
  if (product) {
    if (options.bias)
      choice.logits =
          *options.bias ? with_bias(model.path, *product) : without_bias(model, *product);
    else if (!named && found.is_inception())
      choice.logits = without_bias(model, *product);
  }
  choice.bias = bias_of(product, choice.logits);
}

// Numbers up to 1 imply 0..1, larger ones 0..255.
Range range_of_numbers(const ClassifierOptions& options) {
  const auto large = [](float x) { return x > 1; };
  const bool bytes =
      std::ranges::any_of(options.mean, large) || std::ranges::any_of(options.deviation, large);
  return options.range.value_or(bytes ? Range::bytes : Range::unit);
}

void check_numbers(const std::string& path, const Survey& found, const ClassifierOptions& options,
                   Range range) {
  require(range == Range::bytes || range == Range::unit,
          "--mean and --std apply to inputs in 0..255 or 0..1, not to --range ", name_of(range));
  const float most = range == Range::bytes ? 255 : 1;
  for (const auto* numbers : {&options.mean, &options.deviation}) {
    const char* option = numbers == &options.mean ? "--mean" : "--std";
    require(numbers->size() <= 1 || static_cast<Index>(numbers->size()) == found.channels, option,
            ": ", numbers->size(), " numbers; ", path, " takes images of ", found.channels,
            " channels: pass one number, or one per channel");
    for (const float x : *numbers)
      require(x >= 0 && x <= most && (x > 0 || numbers == &options.mean), option, ": ", x,
              " is out of range for inputs in ", name_of(range));
  }
}

}  // namespace

const char* describe(Bias bias) {
  switch (bias) {
    case Bias::included:
      return "with the bias";
    case Bias::left_out:
      return "without the bias";
    case Bias::absent:
      return "from a layer without a bias";
    case Bias::unknown:
      break;
  }
  return "not the result of a matrix product; bias unknown";
}

Choice choose_values(Model& model, const Survey& found, const ClassifierOptions& options) {
  Choice choice;
  choice.features =
      options.features.empty() ? found.head.features : spelled(model, found, options.features);
  choose_logits(model, found, options, choice);
  if (choice.features.empty() && choice.logits.empty())
    engine::fail(model.path,
                 ": found neither features nor logits; name them with --features and "
                 "--logits. Candidates: ",
                 list_candidates(model, found), " (for one image)");
  return choice;
}

FoundRange choose_range(const std::string& path, const Survey& found,
                        const ClassifierOptions& options) {
  const bool normalized = !options.mean.empty() || !options.deviation.empty();
  FoundRange chosen;
  if (options.range || normalized) {
    chosen.why = "given";
    chosen.range.range = normalized ? range_of_numbers(options) : *options.range;
    chosen.range.bgr = found.range && found.range->range.bgr;
    if (normalized) check_numbers(path, found, options, chosen.range.range);
    chosen.range.mean = options.mean;
    chosen.range.deviation = options.deviation;
  } else {
    require(found.range.has_value(), path,
            ": the graph does not determine its input range; pass --range ", range_choices(),
            ", or --mean and --std");
    chosen = *found.range;
  }
  if (options.bgr && *options.bgr != chosen.range.bgr) {
    chosen.range.bgr = *options.bgr;
    if (chosen.why != "given") chosen.why += ", channel order given";
  }
  require(!chosen.range.bgr || found.channels == 3, path, ": --bgr needs three channels, not ",
          found.channels);
  return chosen;
}

}  // namespace gan::metrics
