#include "gan/metrics/survey.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "engine/check.h"

namespace gan::metrics {
namespace {

using engine::graph::Attribute;
using engine::graph::Model;
using engine::graph::Node;
using engine::graph::Port;
using engine::graph::Value;

struct RangeName {
  Range range;
  const char* name;
};
constexpr std::array kRanges = {RangeName{Range::bytes, "0..255"}, RangeName{Range::unit, "0..1"},
                                RangeName{Range::symmetric, "-1..1"},
                                RangeName{Range::imagenet, "imagenet"}};

class Surveyor {
 public:
  explicit Surveyor(Model& model) : model_(model) { index(); }

  Survey look() {
    Survey found;
    count_convolutions(found);
    find_input(found);
    find_range(found);
    find_outputs(found);
    return found;
  }

 private:
  void index() {
    readers_.clear();
    makers_.clear();
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      for (const std::string& input : model_.nodes[i].inputs) readers_[input].push_back(i);
      for (const std::string& output : model_.nodes[i].outputs) makers_[output] = i;
    }
  }

  bool has(const std::string& name) const { return makers_.contains(name); }

  // The constant behind a name, which may be an alias or the result of a Constant node.
  const Value* constant(const std::string& name) const {
    std::string at = name;
    for (std::size_t steps = 0; steps <= model_.nodes.size(); ++steps) {
      if (const auto value = model_.constants.find(at); value != model_.constants.end())
        return &value->second;
      const auto maker = makers_.find(at);
      if (maker == makers_.end()) return nullptr;
      const Node& node = model_.nodes[maker->second];
      if (node.op == "Constant") {
        const auto value = node.attributes.find("value");
        return value == node.attributes.end() ? nullptr : std::get_if<Value>(&value->second);
      }
      const bool same = node.op == "Identity" || node.op == "Transpose";  // as many elements
      if (!same || node.inputs.empty()) return nullptr;
      at = node.inputs[0];
    }
    return nullptr;
  }

  void count_convolutions(Survey& found) const {
    for (const Node& node : model_.nodes) {
      if (node.op != "Conv" || node.inputs.size() < 2) continue;
      ++found.convolutions;
      if (const Value* kernel = constant(node.inputs[1])) found.kernel_weights += kernel->size();
    }
  }

  // The graph of 2015 starts from a JPEG file; its images are fed behind the decoder.
  void find_input(Survey& found) {
    if (model_.nhwc && has("ExpandDims") && has("DecodeJpeg")) {
      found.input = "ExpandDims";
      return;
    }
    Port* images = nullptr;
    for (Port& port : model_.inputs) {
      if (!port.any_shape && port.extents.size() != 4) continue;
      engine::check(images == nullptr, model_.path, ": both '", images ? images->name : "",
                    "' and '", port.name, "' may take images; one input of images is needed");
      images = &port;
    }
    engine::check(images != nullptr, model_.path,
                  ": has no input of four axes; a classifier of images is needed");
    found.input = images->name;
    if (images->any_shape) return;
    if (!model_.nhwc && is_channels_last(*images)) make_channels_first(*images);
    const auto extent = [&](int i) { return std::max<Index>(images->extents[i], 0); };
    const int spatial = model_.nhwc ? 1 : 2, channels = model_.nhwc ? 3 : 1;
    found.height = extent(spatial);
    found.width = extent(spatial + 1);
    if (extent(channels) > 0) found.channels = extent(channels);
    if (!is_real(images->type)) found.range = Range::bytes;
  }

  // Whether an ONNX file takes [N, H, W, C], as those made from TensorFlow do: it turns the images
  // before it looks at any axis, or the extents say so.
  bool is_channels_last(const Port& images) const {
    std::string name = images.name;
    for (std::size_t steps = 0; steps <= model_.nodes.size(); ++steps) {
      const auto readers = readers_.find(name);
      if (readers == readers_.end() || readers->second.size() != 1) break;
      const Node& node = model_.nodes[readers->second[0]];
      constexpr std::array kPassed = {"Cast", "Identity", "Add", "Sub", "Mul", "Div"};
      if (node.op == "Transpose") {
        const auto perm = node.attributes.find("perm");
        const auto* order = perm == node.attributes.end()
                                ? nullptr
                                : std::get_if<std::vector<Index>>(&perm->second);
        return order && *order == std::vector<Index>{0, 3, 1, 2};
      }
      if (std::ranges::find(kPassed, node.op) == kPassed.end() || node.outputs.empty()) break;
      name = node.outputs[0];
    }
    const auto colors = [&](int axis) {
      return images.extents[axis] == 1 || images.extents[axis] == 3;
    };
    return colors(3) && !colors(1);
  }

  // Everyone feeds [N, C, H, W]: a Transpose makes of it what the file's first nodes read.
  void make_channels_first(Port& images) {
    const std::string turned = images.name + "/channels last";
    for (Node& node : model_.nodes) std::ranges::replace(node.inputs, images.name, turned);
    model_.nodes.insert(
        model_.nodes.begin(),
        {turned, "Transpose", {images.name}, {turned}, {{"perm", std::vector<Index>{0, 2, 3, 1}}}});
    images.extents = {images.extents[0], images.extents[3], images.extents[1], images.extents[2]};
    index();
  }

  // The number an elementwise op brings beside `name`: one for all, or the mean of the channels'.
  std::optional<double> other(const Node& node, const std::string& name) const {
    if (node.inputs.size() != 2) return std::nullopt;
    const Value* value = constant(node.inputs[node.inputs[0] == name ? 1 : 0]);
    if (!value || value->size() == 0 || value->size() > 4) return std::nullopt;
    double sum = 0;
    for (const float x : value->tensor().values()) sum += x;
    return sum / static_cast<double>(value->size());
  }

  // Follows the images to the first node that is neither a resize nor a plain sum or product.
  // What is scaled there is to span some units around 0: that says what goes in.
  void find_range(Survey& found) const {
    const bool bytes = found.range == Range::bytes;
    double scale = 1, shift = 0;
    std::string name = found.input;
    for (std::size_t steps = 0; steps <= model_.nodes.size(); ++steps) {
      const Node* next = nullptr;
      int branches = 0;
      const auto readers = readers_.find(name);
      if (readers == readers_.end()) break;
      for (const std::size_t i : readers->second) {
        const Node& node = model_.nodes[i];
        if (node.op == "Shape" || node.outputs.empty()) continue;
        branches += node.op == "Gather";
        next = &node;
      }
      // Channel by channel from ImageNet's normalization to [-1, 1]: torchvision's transform_input.
      if (branches == 3 && scale == 1 && shift == 0 && !bytes) found.range = Range::imagenet;
      if (!next || branches > 0) break;
      const std::optional<double> number = other(*next, name);
      if (next->op == "Resize" || next->op == "Upsample")
        found.resize = resize_of(*next);
      else if (number && next->op == "Sub" && next->inputs[0] == name)
        shift -= *number;
      else if (number && next->op == "Add")
        shift += *number;
      else if (number && next->op == "Mul")
        scale *= *number, shift *= *number;
      else if (number && next->op == "Div" && next->inputs[0] == name && *number != 0)
        scale /= *number, shift /= *number;
      else if (next->op != "Cast" && next->op != "Identity" && next->op != "Transpose")
        break;
      name = next->outputs[0];
    }
    if (bytes || found.range == Range::imagenet || (scale == 1 && shift == 0)) {
      if (has("ExpandDims") && found.input == "ExpandDims") found.range = Range::bytes;
      return;
    }
    const auto sensible = [&](double most) {
      const double span = std::abs(scale * most), end = std::abs(scale * most + shift);
      return span >= 1 && span <= 10 && end <= 5;
    };
    if (sensible(255)) found.range = Range::bytes;
    if (sensible(1)) found.range = Range::unit;
  }

  static std::string resize_of(const Node& node) {
    const auto text = [&](const char* name, const char* otherwise) {
      const auto found = node.attributes.find(name);
      const auto* value =
          found == node.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
      return value ? *value : otherwise;
    };
    const char* usual = node.op == "Upsample" ? "asymmetric" : "half_pixel";
    return text("mode", "nearest") + ", " + text("coordinate_transformation_mode", usual);
  }

  bool is_product(const Node& node) const {
    if ((node.op != "Gemm" && node.op != "MatMul") || node.inputs.size() < 2) return false;
    const Value* weights = constant(node.inputs[1]);
    return weights && weights->rank() == 2 && !node.outputs.empty();
  }

  static bool has_bias(const Node& node) {
    return node.op == "Gemm" && node.inputs.size() > 2 && !node.inputs[2].empty();
  }

  void find_outputs(Survey& found) {
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < model_.nodes.size(); ++i)
      if (is_product(model_.nodes[i])) last = i;
    if (!last) return find_pool(found);
    found.features = model_.nodes[*last].inputs[0];
    // Exports may hold the product twice, with and without the bias.
    std::optional<std::size_t> plain, biased;
    for (std::size_t i = 0; i < model_.nodes.size(); ++i)
      if (const Node& node = model_.nodes[i]; is_product(node) && node.inputs[0] == found.features)
        (has_bias(node) ? biased : plain) = i;
    if (plain) found.unbiased = model_.nodes[*plain].outputs[0];
    if (biased) found.logits = model_.nodes[*biased].outputs[0];
    if (!biased) found.logits = with_bias(found.unbiased);
    if (!plain) found.unbiased = without_bias(*biased);
    if (model_.nhwc && has("pool_3")) found.features = "pool_3";
  }

  // What a sum with a constant makes of the product; itself where nothing is added.
  std::string with_bias(const std::string& product) const {
    if (const auto readers = readers_.find(product); readers != readers_.end())
      for (const std::size_t i : readers->second) {
        const Node& node = model_.nodes[i];
        if (node.op != "Add" || node.inputs.size() != 2 || node.outputs.empty()) continue;
        if (constant(node.inputs[node.inputs[0] == product ? 1 : 0])) return node.outputs[0];
      }
    return product;
  }

  std::string without_bias(std::size_t at) {
    Node product = model_.nodes[at];
    product.name += "/without bias";
    product.inputs.resize(2);
    product.outputs = {product.name};
    model_.nodes.push_back(product);
    return product.name;
  }

  void find_pool(Survey& found) const {
    for (const Node& node : model_.nodes)
      if (node.op == "GlobalAveragePool" && !node.outputs.empty()) found.features = node.outputs[0];
    if (found.features.empty() && model_.outputs.size() == 1)
      found.features = model_.outputs[0].name;
  }

  Model& model_;
  std::map<std::string, std::vector<std::size_t>> readers_;
  std::map<std::string, std::size_t> makers_;
};

}  // namespace

const char* name_of(Range range) {
  return std::ranges::find(kRanges, range, &RangeName::range)->name;
}

Range range_named(const std::string& name) {
  const auto found = std::ranges::find(kRanges, name, &RangeName::name);
  engine::check(found != kRanges.end(), "range '", name,
                "' is unknown: give 0..255, 0..1, -1..1 or imagenet");
  return found->range;
}

Survey survey(Model& model) { return Surveyor(model).look(); }

}  // namespace gan::metrics
