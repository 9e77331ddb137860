#include "tools/graph/show.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/graph/ops/table.h"
#include "gan/console/printable.h"
#include "gan/metrics/choice.h"

namespace graph_program {
namespace {

using engine::Index;
using engine::graph::Model;
using engine::graph::Node;
using engine::graph::Port;
using gan::metrics::Survey;
using Json = nlohmann::ordered_json;

Json shape_of(const engine::graph::Value& value) {
  const engine::Shape shape = value.shape();
  return Json(std::vector<Index>(shape.begin(), shape.end()));
}

// An extent of -1 is open; all of them: null.
Json ports(const std::vector<Port>& ports, const Shapes& shapes) {
  Json list = Json::array();
  for (const Port& port : ports) {
    Json json{{"name", port.name}, {"type", name_of(port.type)}};
    const auto seen = shapes.values.find(port.name);
    if (port.any_shape && seen != shapes.values.end()) {  // TensorFlow's outputs declare nothing
      json["type"] = name_of(seen->second.type());
      json["shape"] = shape_of(seen->second);
    } else {
      if (port.any_shape) json["type"] = nullptr;
      json["shape"] = port.any_shape ? Json() : Json(port.extents);
    }
    list.push_back(json);
  }
  return list;
}

Json operators(const Model& model) {
  std::map<std::string, Index> counts;
  for (const Node& node : model.nodes) ++counts[node.op];
  Json list = Json::array();
  for (const auto& [op, count] : counts)
    list.push_back(
        {{"op", op}, {"count", count}, {"supported", engine::graph::find_operator(op) != nullptr}});
  return list;
}

Json images(const std::optional<Survey>& found) {
  if (!found) return {};
  Json json{{"input", found->input},
            {"axes", found->channels_last ? "NHWC" : "NCHW"},
            {"channels", found->channels},
            {"height", found->height > 0 ? Json(found->height) : Json()},
            {"width", found->width > 0 ? Json(found->width) : Json()},
            {"resizes", found->resizes}};
  json["range"] = found->range ? Json(describe(found->range->range)) : Json();
  json["range_source"] = found->range ? found->range->why : "not determined by the graph";
  const auto& head = found->head;
  json["features"] = head.features.empty() ? Json() : Json(head.features);
  json["logits"] = head.logits.empty() ? Json() : Json(head.logits);
  json["inception"] = found->is_inception();
  json["convolutions"] = found->convolutions;
  return json;
}

Json values(const Model& model, const Shapes& shapes) {
  Json list = Json::array();
  for (const Node& node : model.nodes)
    for (const std::string& output : node.outputs) {
      if (output.empty()) continue;
      const auto seen = shapes.values.find(output);
      const bool known = seen != shapes.values.end();
      list.push_back({{"name", output},
                      {"op", node.op},
                      {"type", known ? Json(name_of(seen->second.type())) : Json()},
                      {"shape", known ? shape_of(seen->second) : Json()}});
    }
  return list;
}

std::optional<Survey> try_survey(const Model& model) {
  try {
    return gan::metrics::survey(model);
  } catch (const engine::Error&) {
    return std::nullopt;  // it takes no images
  }
}

Json describe(const ShowOptions& options) {
  const Model model =
      engine::graph::read_model(engine::graph::read_graph_file(options.model), options.model);
  const std::optional<Survey> found = try_survey(model);
  const Shapes shapes = find_shapes(model, found ? &*found : nullptr, options.shapes);
  Index weights = 0;
  for (const auto& [name, value] : model.constants) weights += value.size();
  Json json{{"file", model.path}, {"format", model.nhwc ? "TensorFlow GraphDef" : "ONNX"}};
  json["opset"] = model.nhwc ? Json() : Json(model.opset);
  json["producer"] = model.producer.empty() ? Json() : Json(model.producer);
  if (!model.metadata.empty()) json["metadata"] = model.metadata;
  json["constants"] = weights;
  json["inputs"] = ports(model.inputs, shapes);
  json["outputs"] = ports(model.outputs, shapes);
  json["images"] = images(found);
  json["operators"] = operators(model);
  json["values"] = values(model, shapes);
  json["shapes_unknown"] = shapes.why.empty() ? Json() : Json(shapes.why);
  return json;
}

// --- As text -------------------------------------------------------------------------------------

std::string text(const Json& json) {
  if (json.is_null()) return "?";
  if (json.is_string()) return gan::console::printable(json.get<std::string>());
  if (!json.is_array()) return json.dump();
  std::string list;
  for (const Json& each : json)
    list += (list.empty() ? "" : ", ") + (each == -1 ? std::string("any") : each.dump());
  return "[" + list + "]";
}

std::string padded(std::string name, std::size_t width) {
  if (name.size() < width) name.resize(width, ' ');
  return name + "  ";
}

// Columns as wide as their widest entry, the last one as it is.
std::string table(const char* title, const Json& rows, const std::vector<const char*>& keys) {
  std::string out = std::string(title) + "\n";
  std::vector<std::size_t> widths(keys.size());
  for (const Json& row : rows)
    for (std::size_t i = 0; i < keys.size(); ++i)
      widths[i] = std::max(widths[i], text(row[keys[i]]).size());
  for (const Json& row : rows) {
    out += "  ";
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) out += padded(text(row[keys[i]]), widths[i]);
    out += text(row[keys.back()]) + "\n";
  }
  return out;
}

std::string images_text(const Json& images) {
  if (images.is_null()) return "images       not an image network\n";
  const auto size = [&](const char* key) {
    return images[key].is_null() ? "any" : text(images[key]);
  };
  std::string out = "images       at '" + text(images["input"]) + "', " + text(images["axes"]) +
                    ", " + size("width") + "x" + size("height") +
                    (images["resizes"] == true ? ", resized in the graph" : "") + "\n";
  out += "range        " +
         (images["range"].is_null() ? std::string("not known") : text(images["range"])) + " (" +
         text(images["range_source"]) + ")\n";
  for (const char* key : {"features", "logits"})
    out += padded(key, 11) +
           (images[key].is_null() ? std::string("not found") : "'" + text(images[key]) + "'") +
           "\n";
  if (images["inception"] == true) out += "network      Inception-v3\n";
  return out;
}

std::string as_text(const Json& json) {
  std::string out = text(json["file"]) + ": " + text(json["format"]);
  if (!json["opset"].is_null()) out += ", opset " + text(json["opset"]);
  if (!json["producer"].is_null()) out += ", written by " + text(json["producer"]);
  out += "\nconstants    " + text(json["constants"]) + " numbers\n";
  out += images_text(json["images"]);
  if (json.contains("metadata"))
    for (const auto& [key, value] : json["metadata"].items())
      out += "metadata     " + key + " = " + text(value) + "\n";
  out += table("inputs", json["inputs"], {"name", "type", "shape"});
  out += table("outputs", json["outputs"], {"name", "type", "shape"});
  Json ops = json["operators"];
  for (Json& op : ops) op["supported"] = op["supported"] == true ? "" : "not supported";
  out += table("operators", ops, {"op", "count", "supported"});
  out += table("values", json["values"], {"name", "op", "shape"});
  if (!json["shapes_unknown"].is_null())
    out += "shapes are not known: " + text(json["shapes_unknown"]) + "\n";
  return out;
}

}  // namespace

std::string show(const ShowOptions& options) {
  const Json json = describe(options);
  if (!options.json) return as_text(json);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace graph_program
