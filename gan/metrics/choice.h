// Choice: how to use a classifier; options override what its graph says: names of values, with or
// without the bias, the input range.
//
// Errors: BadOption if an option cannot be honored, or if the graph does not decide and an option
// is needed; it names the choices. For an unknown name the message lists candidates with shapes.
#pragma once

#include "engine/check.h"
#include "gan/metrics/survey.h"

namespace gan::metrics {

// An option is missing or cannot be honored: bad usage, not failed work.
struct BadOption : engine::Error {
  using engine::Error::Error;
};

struct InputSize {
  Index height = 0, width = 0;  // 0: original size
};

struct ClassifierOptions {
  std::string features = {}, logits = {};  // names of values; empty: found
  std::optional<bool> bias = {};           // of the logits; none: included unless it is Inception
  std::optional<Range> range = {};         // none: what the graph says
  std::vector<float> mean = {}, deviation = {};  // in the order red, green, blue; see ValueRange
  std::optional<bool> bgr = {};                  // none: what the graph says
  std::optional<InputSize> size = {};  // for a graph that takes any size; none: what the graph says
};

// Whether a logits value includes the bias, from the graph.
enum class Bias {
  included,
  left_out,  // the graph has one, which comes later
  absent,    // the layer has none
  unknown    // another op than a matrix product makes the value
};
const char* describe(Bias bias);  // "with the bias"

struct Choice {
  std::string features, logits;  // empty: the network has none
  Bias bias = Bias::unknown;
};

// May add a node to the model: the logits without a bias that is fused into a product.
Choice choose_values(engine::graph::Model& model, const Survey& found,
                     const ClassifierOptions& options);

// The range from the options, else from the graph.
FoundRange choose_range(const std::string& path, const Survey& found,
                        const ClassifierOptions& options);

}  // namespace gan::metrics
