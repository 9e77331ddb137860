#include "engine/serialize.h"

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "engine/check.h"
#include "engine/file.h"

namespace engine {
namespace {

using Json = nlohmann::json;
static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr const char* kDtype = sizeof(Real) == 4 ? "F32" : "F64";

template <class Number>
std::vector<Real> numbers(const char* bytes, std::size_t count) {
  std::vector<Number> raw(count);
  if (count > 0) std::memcpy(raw.data(), bytes, count * sizeof(Number));
  return {raw.begin(), raw.end()};
}

// A list of the header. Errors: it holds anything but whole numbers.
std::vector<std::size_t> whole_numbers(const std::string& where, const Json& entry,
                                       const char* key) {
  std::vector<std::size_t> values;
  check(entry.at(key).is_array(), where, ": its ", key, " is not a list");
  for (const Json& number : entry.at(key)) {
    check(number.is_number_unsigned(), where, ": its ", key, " holds ", number.dump(),
          ", which is not a whole number");
    values.push_back(number.get<std::size_t>());
  }
  return values;
}

// One entry of the header: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}.
Tensor parse_tensor(const std::string& where, const Json& entry, std::string_view data) {
  const std::vector<std::size_t> extents = whole_numbers(where, entry, "shape");
  const std::vector<std::size_t> offsets = whole_numbers(where, entry, "data_offsets");
  const std::string dtype = entry.at("dtype");
  check(dtype == "F32" || dtype == "F64", where, ": its dtype ", dtype, " is not F32 or F64");
  check(extents.size() <= Shape::kMaxRank, where, ": it has ", extents.size(), " axes, more than ",
        Shape::kMaxRank);
  check(offsets.size() == 2, where, ": it has ", offsets.size(), " data offsets instead of two");
  const std::size_t begin = offsets[0], end = offsets[1], width = dtype == "F32" ? 4 : 8;
  check(begin <= end && end <= data.size(), where, ": its offsets ", begin, " to ", end,
        " do not lie in the ", data.size(), " bytes of values; the file is damaged or cut short");
  const std::size_t count = (end - begin) / width;
  std::size_t product = 1;  // of the extents that are not zero
  bool fits = (end - begin) % width == 0, empty = false;
  for (const std::size_t extent : extents) {
    // Divides rather than multiplies: a hostile shape must not overflow.
    fits = fits && extent <= std::numeric_limits<Index>::max() / product;
    if (fits && extent > 0) product *= extent;
    empty = empty || extent == 0;
  }
  check(fits && count == (empty ? 0 : product), where, ": its shape ", entry.at("shape").dump(),
        " does not match its ", end - begin, " bytes of ", dtype);
  const Shape shape(std::vector<Index>(extents.begin(), extents.end()));
  const char* bytes = data.data() + begin;
  return Tensor::from(
      shape, dtype == "F32" ? numbers<float>(bytes, count) : numbers<double>(bytes, count));
}

template <class Number>
Number metadata_number(const TensorFile& file, const std::string& name) {
  const auto entry = file.metadata.find(name);
  check(entry != file.metadata.end(), file.path, ": its metadata lacks '", name,
        "'; it is no checkpoint");
  const std::string& text = entry->second;
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  check(error == std::errc() && end == text.data() + text.size(), file.path, ": its metadata '",
        name, "' is not a whole number", std::is_unsigned_v<Number> ? " from 0 up: " : ": ", text);
  return value;
}

}  // namespace

const Tensor& TensorFile::at(const std::string& name, const Shape& shape) const {
  const auto entry = tensors.find(name);
  check(entry != tensors.end(), path, ": holds no tensor '", name,
        "'; it belongs to another model");
  check(entry->second.shape() == shape, path, ": tensor '", name, "' is ", entry->second.shape(),
        " where ", shape, " is needed; it belongs to another model");
  return entry->second;
}

std::int64_t TensorFile::integer(const std::string& name) const {
  return metadata_number<std::int64_t>(*this, name);
}

std::uint64_t TensorFile::natural(const std::string& name) const {
  return metadata_number<std::uint64_t>(*this, name);
}

void save(const std::string& path, const TensorFile& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const std::size_t bytes = static_cast<std::size_t>(tensor.size()) * sizeof(Real);
    header[name] = {{"dtype", kDtype},
                    {"shape", std::vector<Index>(tensor.shape().begin(), tensor.shape().end())},
                    {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  // Text that is not UTF-8 (the name of a folder, say) is kept as far as it can be.
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // values aligned to eight bytes
  const std::uint64_t length = text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof(length));
  bytes.reserve(sizeof(length) + text.size() + offset);
  bytes += text;
  for (const auto& [name, tensor] : file.tensors) {
    const std::vector<Real> values = tensor.values();
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Real));
  }
  write_file(path, bytes);
}

TensorFile load(const std::string& path) {
  const std::string bytes = read_file(path);
  std::uint64_t length = 0;
  check(bytes.size() >= sizeof(length), path, ": ", bytes.size(),
        " bytes are not a safetensors file");
  std::memcpy(&length, bytes.data(), sizeof(length));
  check(length <= bytes.size() - sizeof(length), path, ": its header claims ", length,
        " bytes, the file has ", bytes.size(), "; it is no safetensors file, or cut short");
  const std::string_view rest = std::string_view(bytes).substr(sizeof(length));
  const Json header = Json::parse(rest.substr(0, length), nullptr, /*allow_exceptions=*/false);
  check(header.is_object(), path, ": its header is not JSON; it is no safetensors file");
  TensorFile file;
  file.path = path;
  try {
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        file.metadata = entry.get<std::map<std::string, std::string>>();
      } else {
        const std::string where = path + ": tensor '" + name + "'";
        file.tensors.emplace(name, parse_tensor(where, entry, rest.substr(length)));
      }
    }
  } catch (const Json::exception& error) {
    fail(path, ": its header is not that of a safetensors file: ", error.what());
  }
  return file;
}

}  // namespace engine
