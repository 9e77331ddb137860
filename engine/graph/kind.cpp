#include "engine/graph/kind.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>

#include "engine/graph/wire.h"

namespace engine::graph {
namespace {

namespace fs = std::filesystem;
using namespace std::literals;

constexpr const char* kFromPyTorch =
    "; load it in PyTorch and export the network: torch.onnx.export(model, image, \"net.onnx\")";
constexpr const char* kFromTensorFlow =
    "; convert it: python -m tf2onnx.convert --saved-model FOLDER --output net.onnx";
constexpr const char* kFromCheckpoint =
    "; freeze the graph, or convert it: python -m tf2onnx.convert --checkpoint FILE.meta ...";
constexpr const char* kFromFile = "; use the .onnx file it was made from";
constexpr const char* kFromKeras =
    "; load it in Keras and export the network: model.export(\"net.onnx\", format=\"onnx\")";
constexpr const char* kFromWhereItWasTrained =
    "; export the network to ONNX where it was trained, or with `gan export` if it is a run";

// Recognized by one of `openings` at byte `at` (for text: after white space), or by the whole
// content.
struct Kind {
  std::size_t at;
  std::vector<std::string_view> openings;
  const char* name;
  const char* advice;
  bool (*is)(std::string_view bytes) = nullptr;
};
constexpr std::size_t kText = std::string_view::npos;

bool has(std::string_view bytes, std::size_t at, std::string_view opening) {
  return bytes.size() >= at && bytes.substr(at).starts_with(opening);
}

bool matches(const Kind& kind, std::string_view bytes) {
  if (kind.is) return kind.is(bytes);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  const std::size_t at = kind.at == kText ? std::min(first, bytes.size()) : kind.at;
  return std::any_of(kind.openings.begin(), kind.openings.end(),
                     [&](std::string_view opening) { return has(bytes, at, opening); });
}

// --- Archives and containers -----------------------------------------------------------------

bool is_zip(std::string_view bytes) {
  return has(bytes, 0, "PK\3\4"sv) || has(bytes, 0, "PK\5\6"sv);
}

bool holds(std::string_view bytes, std::string_view member) {
  return is_zip(bytes) && bytes.find(member) != std::string_view::npos;
}

bool is_safetensors(std::string_view bytes) {
  if (bytes.size() < 10) return false;
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header >= 2 && header <= bytes.size() - 8 && bytes[8] == '{';
}

bool is_checkpoint_index(std::string_view bytes) {
  return bytes.size() >= 48 && bytes.ends_with("\x57\xfb\x80\x8b\x24\x75\x47\xdb"sv);
}

bool is_pickle(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
}

// --- Protocol Buffers of other formats -------------------------------------------------------

// The top-level tags of a complete message; none if it is not one.
std::set<std::uint32_t> tags_of(std::string_view bytes) {
  std::set<std::uint32_t> tags;
  const bool whole = each_field(bytes, [&](std::uint32_t tag) {
    tags.insert(tag);
    return true;
  });
  return whole ? tags : std::set<std::uint32_t>();
}

constexpr std::uint32_t number(int field) { return static_cast<std::uint32_t>(field << 3); }
constexpr std::uint32_t message(int field) { return static_cast<std::uint32_t>(field << 3 | 2); }

// schema_version = 1, meta_graphs = 2, and nothing else.
bool is_saved_model(std::string_view bytes) {
  return tags_of(bytes) == std::set{number(1), message(2)};
}

// meta_info = 1, graph = 2, saver = 3; the third field of a GraphDef is a number.
bool is_meta_graph(std::string_view bytes) {
  const std::set<std::uint32_t> tags = tags_of(bytes);
  return tags.contains(message(1)) && tags.contains(message(2)) && tags.contains(message(3));
}

// clang-format off
const Kind kKinds[] = {
    {0, {}, "a PyTorch file (weights, or a module)", kFromPyTorch,
     [](std::string_view b) { return holds(b, "/data.pkl") || holds(b, "constants.pkl"); }},
    {0, {}, "a torch.export program", kFromPyTorch,
     [](std::string_view b) { return holds(b, "archive_format") && holds(b, "models/"); }},
    {0, {}, "a Keras model", kFromKeras,
     [](std::string_view b) { return holds(b, "model.weights.h5"); }},
    {0, {}, "an archive of NumPy arrays", "; pass a graph file",
     [](std::string_view b) { return holds(b, ".npy"); }},
    {0, {}, "a zip archive", "; unpack it first", is_zip},
    {0, {"\x1f\x8b"sv}, "a gzip file", "; unpack it first (gunzip, or tar xzf)"},
    {0, {"\x28\xb5\x2f\xfd"sv, "BZh"sv, "\xfd" "7zXZ"sv, "7z\xbc\xaf"sv}, "a compressed file", "; unpack it first"},
    {257, {"ustar"sv}, "a tar archive", "; unpack it first"},
    {0, {}, "a Python pickle (PyTorch wrote such files before 1.6)", kFromPyTorch, is_pickle},
    {0, {"\x89HDF\r\n\x1a\n"sv}, "an HDF5 file (weights, or a Keras model)", kFromKeras},
    {0, {}, "a safetensors file: weights without a graph", kFromWhereItWasTrained, is_safetensors},
    {0, {"GGUF"sv}, "a GGUF file: weights without a graph", kFromWhereItWasTrained},
    {0, {"\x93NUMPY"sv}, "a NumPy array", "; pass a graph file"},
    {4, {"TFL3"sv}, "a TFLite model", "; convert it: python -m tf2onnx.convert --tflite FILE --output net.onnx"},
    {4, {"ORTM"sv}, "an ONNX Runtime model (.ort)", kFromFile},
    {0, {}, "an index of a TensorFlow checkpoint: weights without a graph", kFromCheckpoint, is_checkpoint_index},
    {kText, {"model_checkpoint_path:"}, "a list of TensorFlow checkpoints: weights without a graph", kFromCheckpoint},
    {0, {}, "a TensorFlow SavedModel, whose weights are in other files", kFromTensorFlow, is_saved_model},
    {0, {}, "a TensorFlow MetaGraph, whose weights are in a checkpoint", kFromCheckpoint, is_meta_graph},
    {kText, {"node {", "saved_model_schema_version:"}, "a TensorFlow graph as text",
     "; write it as bytes: graph_def.SerializeToString()"},
    {kText, {"ir_version:", "{\"irVersion\"", "{\n  \"irVersion\""}, "an ONNX model as text",
     "; write it as bytes: onnx.save(model, \"net.onnx\")"},
    {kText, {"version https://git-lfs"}, "a Git LFS pointer, not the file itself", "; fetch it: git lfs pull"},
    {kText, {"<!DOCTYPE", "<!doctype", "<html", "<HTML"}, "a web page",
     "; the download failed: fetch the file itself"},
    {kText, {"<?xml", "<net "}, "an XML file (OpenVINO writes such graphs)", kFromFile},
};
// clang-format on

}  // namespace

std::string known_file(std::string_view bytes) {
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& k) { return matches(k, bytes); });
  return kind == std::end(kKinds) ? "" : std::string("is ") + kind->name + kind->advice;
}

std::string known_folder(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return "";
  const fs::path folder(path);
  const auto there = [&](const char* name) { return fs::exists(folder / name, error); };
  if (there("saved_model.pb") || there("saved_model.pbtxt"))
    return std::string("is the folder of a TensorFlow SavedModel") + kFromTensorFlow;
  if (there("config.json") && there("checkpoint.safetensors"))
    return "is the folder of a run; write its network: gan export " + path + " --onnx net.onnx";
  std::string graph;
  bool checkpoint = there("checkpoint"), weights = false;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename(), ending = entry.path().extension();
    if ((ending == ".onnx" || ending == ".pb") && (graph.empty() || name < graph)) graph = name;
    checkpoint = checkpoint || ending == ".index" || ending == ".meta";
    weights = weights || ending == ".safetensors" || name == "pytorch_model.bin";
  }
  if (!graph.empty()) return "is a folder; pass the graph in it: " + (folder / graph).string();
  if (checkpoint)
    return std::string("is the folder of a TensorFlow checkpoint: weights without a graph") +
           kFromCheckpoint;
  if (weights)
    return std::string("is a folder of weights without a graph") + kFromWhereItWasTrained;
  return "is a folder; pass a graph file (.onnx, or TensorFlow .pb)";
}

}  // namespace engine::graph
