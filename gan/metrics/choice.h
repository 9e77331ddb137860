// Choice: what a classifier is asked for, options before what its graph says: values by name, the
// bias in or out, the range of numbers.
//
// Errors: BadOption where an option cannot be honored, or where the graph does not say and one is
// needed; it names the choices. Names that the graph has not: the message lists what could be
// meant, with shapes.
#pragma once

#include "engine/check.h"
#include "gan/metrics/survey.h"

namespace gan::metrics {

// An option is missing or cannot be honored: bad usage, not failed work.
struct BadOption : engine::Error {
  using engine::Error::Error;
};

struct InputSize {
  Index height = 0, width = 0;  // 0: images as they are
};

struct ClassifierOptions {
  std::string features = {}, logits = {};  // names of values; empty: found
  std::optional<bool> bias = {};           // of the logits; none: only where it is not Inception
  std::optional<Range> range = {};         // none: what the graph says
  std::vector<float> mean = {}, deviation = {};  // in the order red, green, blue; see ValueRange
  std::optional<bool> bgr = {};                  // none: what the graph says
  std::optional<InputSize> size = {};  // of a graph that takes any; none: what the graph says
};

// What the graph says of the bias in a value of logits.
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

// May add a node to the model: the logits without a bias that is part of a product.
Choice choose_values(engine::graph::Model& model, const Survey& found,
                     const ClassifierOptions& options);

// The range of options, or of the graph where they do not give one.
FoundRange choose_range(const std::string& path, const Survey& found,
                        const ClassifierOptions& options);

}  // namespace gan::metrics
