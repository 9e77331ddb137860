#include "gan/metrics/front.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "engine/ops/move.h"

namespace gan::metrics {
namespace {

using engine::Shape;
using engine::Tensor;
using engine::graph::Graph;
using engine::graph::Model;
using engine::graph::Node;
using engine::graph::Value;

// Ops allowed in a front, besides channel-wise 1x1 convolutions. The runs detect any that do more
// than map channels.
const std::set<std::string> kFrontOps = {"Add",       "BatchNormalization",
                                         "Cast",      "Clip",
                                         "Concat",    "Div",
                                         "Dropout",   "Max",
                                         "Gather",    "GatherElements",
                                         "GatherND",  "Sum",
                                         "Expand",    "Min",
                                         "Identity",  "Mul",
                                         "Neg",       "Pad",
                                         "Resize",    "Slice",
                                         "Split",     "Squeeze",
                                         "Sub",       "Transpose",
                                         "Unsqueeze", "Upsample"};

// --- Where the front ends ------------------------------------------------------------------------

// A 1x1 kernel that scales and reorders channels, or a depthwise one.
bool only_swaps(const Links& links, const Node& conv) {
  const Value* kernel = conv.inputs.size() > 1 ? links.constant(conv.inputs[1]) : nullptr;
  if (!kernel || kernel->is_whole() || kernel->rank() != 4) return false;
  const bool tensorflow = links.model().nhwc;  // [kH, kW, I, O] there, [O, I, kH, kW] here
  const Shape shape = kernel->shape();
  const int spatial = tensorflow ? 0 : 2, in = tensorflow ? 2 : 1;
  if (shape[spatial] != 1 || shape[spatial + 1] != 1) return false;
  if (kernel->size() == 0 || kernel->size() > 16) return false;
  const Index columns = shape[in], rows = kernel->size() / columns;
  if (columns == 1) return rows > 1;
  if (rows != columns) return false;
  const std::vector<engine::Real> values = kernel->tensor().values();
  std::vector<int> by_row(rows), by_column(columns);
  for (Index i = 0; i < kernel->size(); ++i)
    if (values[i] != 0) ++by_row[i / columns], ++by_column[i % columns];
  const auto one = [](int n) { return n == 1; };
  return std::ranges::all_of(by_row, one) && std::ranges::all_of(by_column, one);
}

// Follows the images through the nodes: a value holds images that only the front has seen, comes
// later, or depends on no pixel.
class Walk {
 public:
  Walk(const Links& links, const std::string& input) : links_(links) {
    raise(input, Kind::image);
    while (!open_.empty()) {
      const std::string value = std::move(open_.back());
      open_.pop_back();
      for (const std::size_t i : links.readers(value)) visit(i);
    }
  }

  const std::set<std::size_t>& nodes() const { return nodes_; }

  // What the first layers read.
  std::vector<std::string> ends() const {
    std::set<std::string> found;
    for (const auto& [value, kind] : kinds_) {
      if (kind != Kind::image) continue;
      for (const std::size_t i : links_.readers(value)) {
        const Node& node = links_.model().nodes[i];
        if (kind_of(node) == Kind::later && !reads_later(node)) found.insert(value);
      }
    }
    return {found.begin(), found.end()};
  }

 private:
  enum class Kind { none, image, later };

  void raise(const std::string& value, Kind kind) {
    if (value.empty() || kinds_[value] >= kind) return;
    kinds_[value] = kind;
    open_.push_back(value);
  }
  Kind kind_at(const std::string& value) const {
    const auto found = kinds_.find(value);
    return found == kinds_.end() ? Kind::none : found->second;
  }
  bool reads_later(const Node& node) const {
    return std::ranges::any_of(node.inputs,
                               [&](const auto& x) { return kind_at(x) == Kind::later; });
  }
  Kind kind_of(const Node& node) const {
    if (node.op == "Shape" || node.op == "Size") return Kind::none;
    const bool front =
        kFrontOps.contains(node.op) || (node.op == "Conv" && only_swaps(links_, node));
    return front && !reads_later(node) ? Kind::image : Kind::later;
  }
  void visit(std::size_t i) {
    const Node& node = links_.model().nodes[i];
    const Kind kind = kind_of(node);
    if (kind == Kind::image)
      nodes_.insert(i);
    else
      nodes_.erase(i);
    for (const std::string& output : node.outputs) raise(output, kind);
  }

  const Links& links_;
  std::map<std::string, Kind> kinds_;
  std::vector<std::string> open_;
  std::set<std::size_t> nodes_;
};

std::string resize_of(const Node& node) {
  const auto text = [&](const char* name, const char* otherwise) {
    const auto* value = attribute<std::string>(node, name);
    return value ? *value : otherwise;
  };
  const char* usual = node.op == "Upsample" ? "asymmetric" : "half_pixel";
  return text("mode", "nearest") + ", " + text("coordinate_transformation_mode", usual);
}

void drop_gains(Model& model, const std::set<std::size_t>& nodes, const Links& links) {
  for (const std::size_t i : nodes) {
    Node& norm = model.nodes[i];
    if (norm.op != "BatchNormalization" || norm.inputs.size() < 3) continue;
    const Value* offset = links.constant(norm.inputs[2]);
    if (!offset) continue;
    norm.inputs[1].clear();
    norm.inputs[2] = norm.name + "/no offset";
    model.constants.insert_or_assign(norm.inputs[2], Value(engine::zeros(offset->shape())));
  }
}

// --- What it does --------------------------------------------------------------------------------

// One pixel of the image that the first layer sees, and that image's size.
struct Seen {
  std::vector<double> pixel;
  Index height = 0, width = 0;
};

class Probe {
 public:
  Probe(Model model, const Entry& entry, std::vector<std::string> ends)
      : graph_(std::move(model)), entry_(entry), ends_(std::move(ends)) {}

  // Each end of the front for an image of one color. Errors: it cannot run, or has no image input.
  std::vector<Seen> run(const std::vector<double>& color, Index height, Index width) const {
    std::vector<engine::Real> pixels;
    for (Index i = 0; i < height * width; ++i)
      pixels.insert(pixels.end(), color.begin(), color.end());
    const Tensor image = Tensor::from({1, height, width, entry_.channels}, pixels);
    std::vector<Seen> all;
    for (const Value& value : graph_.run_values({{entry_.input, as_input(image, entry_)}}, ends_))
      all.push_back(look(value));
    return all;
  }

 private:
  Seen look(const Value& value) const {
    engine::check(value.rank() == 4 && value.size() > 0, "no image");
    const Shape shape = value.shape();
    const int axis = shape[1] == entry_.channels && !graph_.model().nhwc ? 1 : 3;
    const int rows = axis == 1 ? 2 : 1;
    engine::check(shape[axis] == entry_.channels, "other channels");
    Seen seen{{}, shape[rows], shape[rows + 1]};
    const std::vector<engine::Real> values = value.tensor().values();
    for (Index c = 0; c < entry_.channels; ++c) {  // the middle, which no padding reaches
      Index at[4] = {0};
      at[axis] = c;
      at[rows] = seen.height / 2;
      at[rows + 1] = seen.width / 2;
      seen.pixel.push_back(values[(at[1] * shape[2] + at[2]) * shape[3] + at[3]]);
    }
    return seen;
  }

  Graph graph_;
  const Entry& entry_;
  std::vector<std::string> ends_;
};

// The map, from black and one image per channel; none if an output channel mixes several.
std::optional<std::vector<Front::Channel>> affine(const Seen& black, const std::vector<Seen>& lit) {
  std::vector<Front::Channel> channels(lit.size());
  std::set<std::size_t> taken;
  for (std::size_t in = 0; in < lit.size(); ++in) {
    std::vector<double> rise;
    for (std::size_t out = 0; out < lit.size(); ++out)
      rise.push_back(lit[in].pixel[out] - black.pixel[out]);
    const auto least = [](double a, double b) { return std::abs(a) < std::abs(b); };
    const std::size_t to = std::ranges::max_element(rise, least) - rise.begin();
    channels[in] = {rise[to], black.pixel[to]};
    for (std::size_t out = 0; out < lit.size(); ++out)
      if (out != to && std::abs(rise[out]) > 1e-4 * std::abs(rise[to])) return std::nullopt;
    const bool finite = std::isfinite(rise[to]) && std::isfinite(black.pixel[to]);
    if (!finite || rise[to] == 0 || !taken.insert(to).second) return std::nullopt;
  }
  return channels;
}

// Whether gray of this level agrees with the map.
bool holds(const std::vector<Front::Channel>& map, const Seen& black, const std::vector<Seen>& lit,
           const Seen& gray, double level) {
  for (std::size_t out = 0; out < map.size(); ++out) {
    double expected = black.pixel[out], largest = 0;
    for (const Seen& each : lit) {
      const double rise = each.pixel[out] - black.pixel[out];
      expected += level * rise;
      largest = std::max(largest, std::abs(rise));
    }
    const double off = std::abs(gray.pixel[out] - expected);
    if (off > 1e-3 * largest + 1e-5 * std::abs(black.pixel[out])) return false;
  }
  return true;
}

bool same(const std::vector<Front::Channel>& a, const std::vector<Front::Channel>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return std::abs(x.scale - y.scale) <= 1e-3 * std::abs(x.scale) &&
           std::abs(x.shift - y.shift) <= 1e-3 * (std::abs(x.shift) + std::abs(x.scale));
  });
}

// Levels 0 and 1 are integers within every range; a nonlinear function that is exact there shows
// halfway or beyond 1.
void find_map(Front& front, const Probe& probe, const Entry& entry, Index height, Index width) {
  const auto run = [&](const std::vector<double>& color) {
    return probe.run(color, height, width);
  };
  const std::vector<double> none(static_cast<std::size_t>(entry.channels), 0.0);
  const std::vector<Seen> black = run(none);
  std::vector<std::vector<Seen>> lit(black.size());  // by end, by channel
  for (std::size_t channel = 0; channel < none.size(); ++channel) {
    std::vector<double> color = none;
    color[channel] = 1;
    const std::vector<Seen> seen = run(color);
    for (std::size_t end = 0; end < seen.size(); ++end) lit[end].push_back(seen[end]);
  }
  const std::vector<Seen> half = run(std::vector<double>(none.size(), 0.5)),
                          twice = run(std::vector<double>(none.size(), 2.0));
  std::vector<Front::Channel> channels;
  for (std::size_t end = 0; end < black.size(); ++end) {
    const auto map = affine(black[end], lit[end]);
    if (!map || (!holds(*map, black[end], lit[end], half[end], 0.5) &&
                 !holds(*map, black[end], lit[end], twice[end], 2)))
      return;
    if (end > 0 && !same(*map, channels)) return;
    channels = *map;
  }
  front.channels = channels;
}

// If images of two sizes give one size, the graph resizes them, whatever the ops.
void find_size(Front& front, const Probe& probe, const Entry& entry) {
  const std::vector<double> black(static_cast<std::size_t>(entry.channels), 0.0);
  const Seen a = probe.run(black, 64, 48)[0], b = probe.run(black, 80, 96)[0];
  if (a.height != b.height || a.width != b.width) return;
  front.height = a.height;
  front.width = a.width;
}

}  // namespace

Value as_input(const Tensor& images, const Entry& entry) {
  return entry.channels_last ? Value(images) : Value::image(images);
}

Front find_front(const Links& links, const Entry& entry, Gains gains) {
  const Walk walk(links, entry.input);
  Front front;
  for (const std::size_t i : walk.nodes())
    if (const Node& node = links.model().nodes[i]; node.op == "Resize" || node.op == "Upsample")
      front.resize = resize_of(node);
  const std::vector<std::string> ends = walk.ends();
  constexpr Index kMostPixels = Index{1} << 24;
  const bool small = entry.channels <= 4 && entry.height <= kMostPixels &&
                     entry.width <= kMostPixels && entry.height * entry.width <= kMostPixels;
  if (ends.empty() || !small) return front;
  Model model = links.model();
  if (gains == Gains::dropped) drop_gains(model, walk.nodes(), links);
  const Probe probe(std::move(model), entry, ends);
  const bool any_height = entry.height == 0, any_width = entry.width == 0;
  try {
    find_map(front, probe, entry, any_height ? 64 : entry.height, any_width ? 64 : entry.width);
    if (any_height && any_width) find_size(front, probe, entry);
  } catch (const engine::Error&) {
    // It cannot run: unknown.
  }
  return front;
}

}  // namespace gan::metrics
