#include "tools/inception_score/network_options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>

namespace inception_score {
namespace {

using engine::Index;
using gan::metrics::InputSize;

// Numbers between commas.
std::vector<float> read_numbers(const char* option, const std::string& text) {
  std::vector<float> numbers;
  const char *at = text.data(), *end = at + text.size();
  while (at < end || !numbers.empty()) {
    float number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    const bool good =
        error == std::errc() && std::isfinite(number) && (rest == end || *rest == ',');
    engine::check(good, option, ": '", text,
                  "' is not a list of numbers; pass one number, or one per channel, such as "
                  "0.485,0.456,0.406");
    numbers.push_back(number);
    if (rest == end) break;
    at = rest + 1;
  }
  return numbers;
}

// "299", "320x240" or "any".
InputSize read_size(const std::string& text) {
  if (text == "any") return {};
  InputSize size;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, size.width);
  size.height = size.width;
  if (error == std::errc() && rest != end && *rest == 'x') {
    const auto height = std::from_chars(rest + 1, end, size.height);
    rest = height.ptr;
    error = height.ec;
  }
  const auto fits = [](Index extent) { return extent >= 1 && extent <= 4096; };
  engine::check(error == std::errc() && rest == end && fits(size.width) && fits(size.height),
                "--input-size: '", text, "' is not a size; use 224, 320x240 (width first) or any");
  return size;
}

}  // namespace

NetworkOptions::NetworkOptions(CLI::App& app) {
  app.add_option("--features", features_,
                 "name of the features; for Inception also 64, 192, 768 or 2048 [found]");
  app.add_option("--logits", logits_, "name of the logits [found]");
  app.add_option("--range", range_,
                 "input range of the network: " + gan::metrics::range_choices(true) + " (found)");
  app.add_option("--mean", mean_,
                 "R,G,B to subtract, in units of --range [0..255 if a number of --mean or --std is "
                 "over 1, else 0..1]");
  app.add_option("--std", deviation_, "R,G,B to divide by after that");
  CLI::Option* bgr = app.add_flag("--bgr", bgr_, "the network takes BGR [found]");
  app.add_flag("--rgb", rgb_, "the network takes RGB [found]")->excludes(bgr);
  app.add_option("--input-size", size_,
                 "size for a graph that takes any: 224, 320x240, or any (original size) [found]");
}

void NetworkOptions::read(gan::metrics::ClassifierOptions& options) const {
  options.features = features_;
  options.logits = logits_;
  if (!range_.empty()) options.range = gan::metrics::range_named(range_);
  options.mean = read_numbers("--mean", mean_);
  options.deviation = read_numbers("--std", deviation_);
  if (bgr_ || rgb_) options.bgr = bgr_;
  if (!size_.empty()) options.size = read_size(size_);
}

}  // namespace inception_score
