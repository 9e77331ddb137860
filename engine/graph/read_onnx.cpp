// ONNX files into a Model. The vocabulary is ONNX's own, so this is reading and checking only.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>

#include "engine/graph/model.h"
#include "engine/graph/onnx.pb.h"
#include "engine/graph/wire.h"

namespace engine::graph {
namespace {

namespace fs = std::filesystem;

// Up to here the versions of the ops that have rows are known. From 21 on they took more types, and
// new rules where a row asks for the opset; those before 6 are read by the rules of 6.
constexpr int kNewestOpset = 28;

// --- Tensors ---------------------------------------------------------------------------------

// A whole number as external_data writes it. Errors: no number, or too large a one.
Index offset_in(const std::string& what, const std::string& key, const std::string& text) {
  const bool digits =
      !text.empty() && text.size() <= 15 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  check(digits, what, ": external ", key, " is not a number: '", text, "'");
  return std::stoll(text);
}

// Files beside the model that hold tensors. Many tensors may name the same bytes, but all together
// take no more than a few times what the files hold.
class Externals {
 public:
  explicit Externals(const std::string& path) : path_(path) {}
  std::string bytes(const onnx::TensorProto& tensor, const std::string& what);
  const std::string& path() const { return path_; }
  const std::vector<std::string>& files() const { return files_; }  // each once

 private:
  std::string located(const std::string& location, const std::string& what) const;

  const std::string& path_;
  std::vector<std::string> files_;
  std::set<fs::path> behind_links_;
  Index held_ = 0, taken_ = 0;  // bytes: in these files, and read so far
};

// A location is the file's word, and nobody vouches for it: it may only name what lies in the
// folder of the model, as that was given. What lies there may be a link to anywhere: the user put
// it there.
std::string Externals::located(const std::string& location, const std::string& what) const {
  const fs::path inside = fs::path(location).lexically_normal();
  const bool named = !location.empty() && location.find('\0') == std::string::npos &&
                     !inside.is_absolute() && *inside.begin() != "..";
  check(named, what, ": external data '", location, "' is not in the model's folder");
  return (fs::path(path_).parent_path() / inside).string();
}

// The bytes of a tensor that lie in another file of the model's folder.
std::string Externals::bytes(const onnx::TensorProto& tensor, const std::string& what) {
  std::string location;
  Index offset = 0, length = -1;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = offset_in(what, "offset", entry.value());
    if (entry.key() == "length") length = offset_in(what, "length", entry.value());
  }
  const std::string file = located(location, what);
  std::error_code error;
  check(fs::exists(file, error), what, ": external data ", file,
        " is not there; it belongs beside the model");
  const auto readable = [&](bool yes) {
    check(yes, what, ": external data ", file, " cannot be read");
  };
  readable(fs::is_regular_file(file, error));  // opening a pipe would wait for its writer
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  readable(in.good());
  const Index size = in.tellg();
  if (length < 0) length = std::max<Index>(size - offset, 0);
  check(offset <= size && length <= size - offset, what, ": bytes ", offset, " to ",
        offset + length, " are not in ", file, " of ", size, " bytes");
  if (behind_links_.insert(fs::weakly_canonical(file, error)).second) held_ += size;
  if (std::find(files_.begin(), files_.end(), file) == files_.end()) files_.push_back(file);
  taken_ += length;
  if (taken_ > 4 * held_)
    throw TooLarge(what + ": the tensors so far take " + std::to_string(taken_) +
                   " bytes of files of " + std::to_string(held_) + ", more than 4 times as many");
  std::string bytes(static_cast<std::size_t>(length), '\0');
  in.seekg(offset).read(bytes.data(), length);
  check(in.gcount() == length, what, ": ", file, " cannot be read");
  return bytes;
}

Value read_tensor(const onnx::TensorProto& tensor, Externals& externals) {
  const std::string what = externals.path() + ": tensor '" + tensor.name() + "'";
  const Type type = static_cast<Type>(tensor.data_type());
  const Index each = bytes_of(type);
  if (each == 0) unsupported(what, ": ", name_of(type), " is not supported");
  const std::vector<Index> extents(tensor.dims().begin(), tensor.dims().end());
  const bool external = tensor.data_location() == 1;
  if (external || tensor.has_raw_data()) {
    const std::string other = external ? externals.bytes(tensor, what) : std::string();
    const std::string_view bytes = external ? other : std::string_view(tensor.raw_data());
    const Shape shape = checked_shape(what, extents, static_cast<Index>(bytes.size()) / each);
    return from_bytes(what, shape, type, bytes);
  }
  const auto listed = [&](const auto& field) {
    const Shape shape = checked_shape(what, extents, field.size());
    check(shape.size() == field.size(), what, ": ", field.size(), " numbers do not fill ", shape);
    return filled(what, shape, type, [&](Index i) { return field[static_cast<int>(i)]; });
  };
  switch (type) {
    case Type::float32:
      return listed(tensor.float_data());
    case Type::float64:
      return listed(tensor.double_data());
    case Type::int64:
      return listed(tensor.int64_data());
    case Type::uint32:
    case Type::uint64:
      return listed(tensor.uint64_data());
    default:
      return listed(tensor.int32_data());
  }
}

// --- Nodes -----------------------------------------------------------------------------------

Attribute read_attribute(const onnx::AttributeProto& a, Externals& externals) {
  // Old files leave the type out: then it is the field that is there.
  if (a.has_t()) return read_tensor(a.t(), externals);
  if (a.ints_size() || a.type() == 7) return std::vector<Index>(a.ints().begin(), a.ints().end());
  if (a.floats_size() || a.type() == 6)
    return std::vector<float>(a.floats().begin(), a.floats().end());
  if (a.strings_size() || a.type() == 8)
    return std::vector<std::string>(a.strings().begin(), a.strings().end());
  if (a.has_s() || a.type() == 3) return a.s();
  if (a.has_f() || a.type() == 1) return a.f();
  return a.i();
}

Node read_node(const onnx::NodeProto& proto, Externals& externals) {
  Node node{proto.name(),
            proto.op_type(),
            {proto.input().begin(), proto.input().end()},
            {proto.output().begin(), proto.output().end()},
            {}};
  if (!proto.domain().empty() && proto.domain() != "ai.onnx")
    node.op = proto.domain() + "." + node.op;
  if (node.name.empty() && !node.outputs.empty()) node.name = node.outputs[0];
  for (const onnx::AttributeProto& a : proto.attribute())
    node.attributes.insert_or_assign(a.name(), read_attribute(a, externals));
  return node;
}

Port read_port(const onnx::ValueInfoProto& proto, const std::string& path) {
  if (proto.has_type() && !proto.type().has_tensor_type())
    unsupported(path, ": '", proto.name(),
                "' is not a tensor (but a sequence, a map or an optional)");
  const auto& type = proto.type().tensor_type();
  Port port{proto.name(), static_cast<Type>(type.elem_type()), {}, !type.has_shape()};
  for (const auto& dim : type.shape().dim())
    port.extents.push_back(dim.has_dim_value() && dim.dim_value() >= 0 ? dim.dim_value() : -1);
  return port;
}

int read_opset(const onnx::ModelProto& proto, const std::string& path) {
  Index opset = 1;  // files older than the field
  for (const auto& entry : proto.opset_import())
    if (entry.domain().empty() || entry.domain() == "ai.onnx") opset = entry.version();
  check(opset >= 1, path, ": has opset ", opset, ", which does not exist; export it again");
  if (opset > kNewestOpset)
    unsupported(path, ": has opset ", opset, "; 1 to ", kNewestOpset,
                " are known: export it again with an older one (PyTorch: opset_version=20), or "
                "convert it with onnx.version_converter");
  return static_cast<int>(opset);
}

}  // namespace

Model read_onnx(std::string_view bytes, const std::string& path) {
  onnx::ModelProto proto;
  parse_message(bytes, proto, path, "ONNX model");
  check(proto.has_graph(), path, ": is not an ONNX model: it holds no graph");
  onnx::GraphProto& graph = *proto.mutable_graph();
  Model model;
  model.path = path;
  model.producer = proto.producer_name();
  model.opset = read_opset(proto, path);
  for (const onnx::StringStringEntryProto& entry : proto.metadata_props())
    model.metadata.insert_or_assign(entry.key(), entry.value());
  Externals externals(path);
  const auto if_needed = [&](const auto& names, const auto& read) {
    try {
      read();
    } catch (const TooLarge&) {  // all that the file asks for
      throw;
    } catch (const Error&) {  // said to whoever needs it
      for (const std::string& name : names) model.unreadable[name] = std::current_exception();
    }
  };
  for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer())
    if_needed(std::array{tensor.values().name()}, [&] {
      unsupported(path, ": tensor '", tensor.values().name(),
                  "': is sparse, which is not supported");
    });
  for (onnx::TensorProto& initializer : *graph.mutable_initializer()) {
    const onnx::TensorProto tensor =
        std::move(initializer);  // so that its bytes go when it is read
    if_needed(std::array{tensor.name()}, [&] {
      model.constants.insert_or_assign(tensor.name(), read_tensor(tensor, externals));
    });
  }
  for (const onnx::NodeProto& node : graph.node())
    if_needed(node.output(), [&] { model.nodes.push_back(read_node(node, externals)); });
  model.files = externals.files();
  // Old files list their initializers among the inputs.
  for (const onnx::ValueInfoProto& input : graph.input())
    if (!model.constants.contains(input.name()) && !model.unreadable.contains(input.name()))
      if_needed(std::array{input.name()}, [&] { model.inputs.push_back(read_port(input, path)); });
  for (const onnx::ValueInfoProto& output : graph.output())
    model.outputs.push_back(read_port(output, path));
  settle_kernels(model.nodes, model.constants);
  return model;
}

Value read_onnx_tensor(std::string_view bytes, const std::string& path) {
  onnx::TensorProto proto;
  parse_message(bytes, proto, path, "ONNX tensor");
  Externals externals(path);
  return read_tensor(proto, externals);
}

}  // namespace engine::graph
