#include "gan/metrics/survey.h"

#include <algorithm>

#include "engine/check.h"

namespace gan::metrics {
namespace {

using engine::graph::Model;
using engine::graph::Node;
using engine::graph::Port;
using engine::graph::Type;
using engine::graph::Value;

void count_convolutions(const Links& links, Survey& found) {
  for (const Node& node : links.model().nodes) {
    if (node.op != "Conv" || node.inputs.size() < 2) continue;
    ++found.convolutions;
    if (const Value* kernel = links.constant(node.inputs[1]))
      found.kernel_weights += kernel->size();
  }
}

const Port& image_port(const Model& model) {
  const Port* images = nullptr;
  for (const Port& port : model.inputs) {
    if (!port.any_shape && port.extents.size() != 4) continue;
    engine::check(images == nullptr, model.path, ": both '", images ? images->name : "", "' and '",
                  port.name, "' may take images; expected one image input");
    images = &port;
  }
  engine::check(images != nullptr, model.path,
                ": has no input of four axes; expected an image classifier");
  return *images;
}

// Whether the first Transpose behind a value takes channels from last to first.
bool is_transposed(const Links& links, std::string value) {
  for (int steps = 0; steps < 16; ++steps) {
    const Node* next = nullptr;
    for (const std::size_t i : links.readers(value)) {
      const Node& node = links.model().nodes[i];
      if (node.op == "Transpose")
        if (const auto* order = attribute<std::vector<Index>>(node, "perm"))
          return *order == std::vector<Index>{0, 3, 1, 2};
      if (node.op != "Shape" && !node.outputs.empty()) next = &node;
    }
    if (!next) return false;
    value = next->outputs[0];
  }
  return false;
}

// --- Rules ---------------------------------------------------------------------------------------
// Each table holds the rules for one question, in order: the first that applies decides.

// As many as color channels, along this axis.
bool few(const Port& port, int axis) {
  return !port.any_shape && port.extents[axis] >= 1 && port.extents[axis] <= 4;
}

struct LayoutRule {
  bool (*holds)(const Links& links, const Port& port);
  bool channels_last;
};
constexpr LayoutRule kLayouts[] = {
    {[](const Links&, const Port& port) { return few(port, 3) && !few(port, 1); }, true},
    {[](const Links&, const Port& port) { return few(port, 1) && !few(port, 3); }, false},
    {[](const Links& links, const Port&) { return links.model().nhwc; }, true},
    {[](const Links& links, const Port& port) { return is_transposed(links, port.name); }, true},
    {[](const Links&, const Port&) { return true; }, false},
};

bool is_channels_last(const Links& links, const Port& port) {
  return std::ranges::find_if(kLayouts, [&](const auto& rule) { return rule.holds(links, port); })
      ->channels_last;
}

void find_entry(const Links& links, Survey& found) {
  const Model& model = links.model();
  // The 2015 graph starts from a JPEG file; images are fed after its decoder.
  if (model.nhwc && links.maker("ExpandDims") && links.maker("DecodeJpeg")) {
    found.input = "ExpandDims";
    found.channels_last = true;
    return;
  }
  const Port& port = image_port(model);
  found.input = port.name;
  found.channels_last = is_channels_last(links, port);
  if (port.any_shape) return;
  const auto extent = [&](int axis) { return std::max<Index>(port.extents[axis], 0); };
  const int spatial = found.channels_last ? 1 : 2, channels = found.channels_last ? 3 : 1;
  found.height = extent(spatial);
  found.width = extent(spatial + 1);
  if (extent(channels) > 0) found.channels = extent(channels);
}

// Integer types that hold 0 .. 255.
bool takes_whole(const Model& model, const std::string& input) {
  for (const Port& port : model.inputs)
    if (port.name == input)
      return !is_real(port.type) && port.type != Type::int8 && port.type != Type::boolean;
  return false;
}

// The input range.
struct Inlet {
  const Links& links;
  const Survey& found;
  const Front& front;
  bool whole;  // numbers only
};
using Answer = std::optional<FoundRange>;
Answer when(bool holds, Range range, const char* why) {
  return holds ? Answer({{.range = range}, why}) : Answer();
}
constexpr Answer (*kRangeRules[])(const Inlet&) = {
    // its metadata,
    [](const Inlet& in) { return range_of_metadata(in.links.model().metadata); },
    // black and white after the ops before the first layer,
    [](const Inlet& in) { return range_of_front(in.front, in.whole); },
    // the same without a learned gain,
    [](const Inlet& in) {
      return range_of_front(find_front(in.links, in.found, Gains::dropped), in.whole);
    },
    // the type of the input,
    [](const Inlet& in) { return when(in.whole, Range::bytes, "the input takes integers"); },
    // or the known network; otherwise the range is unknown.
    [](const Inlet& in) {
      return when(in.found.is_inception(), Range::inception, "known for Inception-v3");
    },
};

Answer range_of(const Links& links, const Survey& found, const Front& front) {
  const Inlet in{links, found, front, takes_whole(links.model(), found.input)};
  for (const auto rule : kRangeRules)
    if (Answer answer = rule(in)) return answer;
  return std::nullopt;
}

}  // namespace

Survey survey(const Model& model) {
  const Links links(model);
  Survey found;
  count_convolutions(links, found);
  find_entry(links, found);
  const Front front = find_front(links, found);
  found.range = range_of(links, found, front);
  found.resize = front.resize;
  found.resizes = front.height > 0 || !front.resize.empty();
  found.head = find_head(links);
  return found;
}

}  // namespace gan::metrics
