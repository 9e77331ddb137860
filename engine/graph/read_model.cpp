// Chooses the reader of a file, or says what the file is instead.
#include "engine/file.h"
#include "engine/graph/kind.h"
#include "engine/graph/model.h"
#include "engine/graph/wire.h"

namespace engine::graph {

std::string read_graph_file(const std::string& path) {
  const std::string folder = known_folder(path);
  check(folder.empty(), path, ": ", folder);
  return read_file(path);
}

Model read_model(std::string_view bytes, const std::string& path) {
  const std::string other = known_file(bytes);
  check(other.empty(), path, ": ", other);
  switch (format_of(bytes)) {
    case Format::onnx:
      return read_onnx(bytes, path);
    case Format::tensorflow:
      return read_tensorflow(bytes, path);
    case Format::unknown:
      break;
  }
  fail(path, ": is neither an ONNX model nor a TensorFlow GraphDef");
}

void check_undamaged(const Model& model) {
  for (const Node& node : model.nodes)
    for (const std::string& input : node.inputs)
      if (const auto bad = model.unreadable.find(input); bad != model.unreadable.end()) try {
          std::rethrow_exception(bad->second);
        } catch (const Unsupported&) {  // reported when it is needed
        }
}

}  // namespace engine::graph
