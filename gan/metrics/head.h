// Head: the end of a classifier: the matrix product that makes the logits, whether it includes a
// bias, and the values that are features.
//
//   const std::optional<Product> product = product_at(links, "softmax/logits");
//   product->biased -> "softmax/logits"; product->plain -> "softmax/logits/MatMul"
//
// Well-known names decide (a table in head.cpp), otherwise the structure: the last matrix product
// with constant weights makes the logits, and its input is the features; without one, the output of
// the last pool over all pixels is the features. Cost: a walk over the nodes. Errors: none; missing
// values are empty.
#pragma once

#include <optional>

#include "gan/metrics/links.h"

namespace gan::metrics {

// x W and x W + b. Either may be empty: `plain` if the bias is part of the product's node, `biased`
// if nothing is added.
struct Product {
  std::size_t node = 0;  // of the product, in the model
  std::string features;  // x
  std::string plain, biased;
};

// The value that this one is a reshaped copy of.
std::string source(const Links& links, std::string value);

// The product behind a value, by its source.
std::optional<Product> product_at(const Links& links, const std::string& value);

// Adds a node that computes the product without its bias, and returns the name of its result.
std::string add_plain(engine::graph::Model& model, const Product& product);

struct Head {
  std::string features, logits;    // names of values; empty: not found
  std::optional<Product> product;  // which makes the logits; none: another op does
};
Head find_head(const Links& links);

// The value of Inception's features named by their number ("64", "192", "768", "2048") in this
// model; empty for any other name.
std::string inception_features(const Links& links, const std::string& name);

// Values that could be features or logits, for messages: outputs, then the last products and pools.
std::vector<std::string> candidates(const Links& links);

}  // namespace gan::metrics
