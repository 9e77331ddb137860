// Head: the end of a classifier: which value is a matrix product that makes the logits, whether a
// bias is in it, and which values are features.
//
//   const std::optional<Product> product = product_at(links, "softmax/logits");
//   product->biased -> "softmax/logits"; product->plain -> "softmax/logits/MatMul"
//
// Names decide where they are well known (a table in head.cpp), the structure elsewhere: the last
// matrix product with constant weights makes the logits, and what it multiplies are the features;
// without one, the features are what the last pool over all pixels makes.
// Cost: a walk over the nodes. Errors: none; what is not there is empty.
#pragma once

#include <optional>

#include "gan/metrics/links.h"

namespace gan::metrics {

// x W and x W + b. Either may be without a value of its own: `plain` where the bias is part of the
// product's node, `biased` where nothing is added.
struct Product {
  std::size_t node = 0;  // of the product, in the model
  std::string features;  // x
  std::string plain, biased;
};

// The value whose numbers this one has, which may be reshaped since.
std::string source(const Links& links, std::string value);

// The product behind a value, by its source.
std::optional<Product> product_at(const Links& links, const std::string& value);

// Adds a node that makes the product without its bias, and returns the name of what it makes.
std::string add_plain(engine::graph::Model& model, const Product& product);

struct Head {
  std::string features, logits;    // names of values; empty: not found
  std::optional<Product> product;  // which makes the logits; none: another op does
};
Head find_head(const Links& links);

// What Inception's features are called by their number ("64", "192", "768", "2048"): the value in
// this model; empty: another name.
std::string inception_features(const Links& links, const std::string& name);

// Values that could be features or logits, for messages: outputs, then the last products and pools.
std::vector<std::string> candidates(const Links& links);

}  // namespace gan::metrics
