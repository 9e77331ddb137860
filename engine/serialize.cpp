#include "engine/serialize.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/check.h"
#include "engine/file.h"

namespace engine {
namespace {

using Json = nlohmann::json;
static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr const char* kDtype = sizeof(Real) == 4 ? "F32" : "F64";

// The number types of the format, with the bits of one number. F32 and F64 become tensors.
struct Dtype {
  std::string_view name;
  std::size_t bits;
};
constexpr Dtype kDtypes[] = {{"F32", 32},        {"F64", 64},    {"F16", 16},    {"BF16", 16},
                             {"F8_E4M3", 8},     {"F8_E5M2", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
                             {"F8_E5M2FNUZ", 8}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F4", 4},
                             {"C64", 64},        {"BOOL", 8},    {"I8", 8},      {"U8", 8},
                             {"I16", 16},        {"U16", 16},    {"I32", 32},    {"U32", 32},
                             {"I64", 64},        {"U64", 64}};

// One entry of the header: "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}.
struct Entry {
  std::string name;
  Dtype dtype;
  std::vector<std::size_t> extents;
  std::size_t begin, end;  // of its bytes among the values
};

// A name of the file for a message of one line: control characters are escaped.
std::string shown(const std::string& name) {
  const std::string text = Json(name).dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.substr(1, text.size() - 2);
}

// Errors: the text is not a JSON object, or some object in it has a key twice (a parser would keep
// one of them).
Json parse_header(const std::string& path, std::string_view text) {
  constexpr int kDeepest = 127;  // of other readers
  std::vector<std::set<std::string>> open;
  std::optional<std::string> twice;
  bool deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    deep = deep || depth > kDeepest;
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(parsed).second) twice = parsed;
    return true;
  };
  // The parser would skip a byte order mark, and take a zero byte for the end of the text.
  const bool plain = text.starts_with('{') && text.find('\0') == std::string_view::npos;
  Json header;
  if (plain) header = Json::parse(text, watch, /*allow_exceptions=*/false);
  check(header.is_object() && !deep, path,
        ": its header is not JSON; it is not a safetensors file, or damaged");
  check(!twice, path, ": its header names '", shown(twice.value_or("")), "' twice");
  return header;
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

// Errors: a dtype that the format does not have, or a shape that does not fill the offsets.
Entry parse_entry(const std::string& where, const std::string& name, const Json& json) {
  const std::string dtype = json.at("dtype");
  const auto* const known = std::ranges::find(kDtypes, dtype, &Dtype::name);
  check(known != std::end(kDtypes), where, ": its dtype '", shown(dtype), "' is unknown");
  const std::vector<std::size_t> extents = whole_numbers(where, json, "shape");
  const std::vector<std::size_t> offsets = whole_numbers(where, json, "data_offsets");
  check(offsets.size() == 2, where, ": it has ", offsets.size(), " data offsets instead of two");
  const std::size_t begin = offsets[0], end = offsets[1];
  std::size_t product = 1;  // of the extents that are not zero
  bool fits = begin <= end, empty = false;
  for (const std::size_t extent : extents) {
    // Divides rather than multiplies: a hostile shape must not overflow.
    fits = fits && extent <= std::numeric_limits<Index>::max() / 64 / product;
    if (fits && extent > 0) product *= extent;
    empty = empty || extent == 0;
  }
  const std::size_t bits = empty ? 0 : product * known->bits;
  check(fits && bits % 8 == 0 && end - begin == bits / 8, where, ": its shape ",
        json.at("shape").dump(), " of ", dtype, " does not match its offsets ", begin, " to ", end);
  return {name, *known, extents, begin, end};
}

// Errors: a byte of the values belongs to no entry, or to two.
void check_ranges(const std::string& path, std::vector<Entry> entries, std::size_t size) {
  std::ranges::sort(entries, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
  std::size_t covered = 0;
  for (const Entry& e : entries) {
    const auto place = [&] {
      std::ostringstream text;
      text << path << ": tensor '" << shown(e.name) << "': its offsets " << e.begin << " to "
           << e.end;
      return text.str();
    };
    if (e.end > size)
      fail(place(), " do not lie in the ", size,
           " bytes of values; the file is damaged or cut short");
    if (e.begin < covered) fail(place(), " overlap another tensor's; the file is damaged");
    if (e.begin > covered)
      fail(place(), " leave a gap, the tensor before ends at ", covered, "; the file is damaged");
    covered = e.end;
  }
  check(covered == size, path, ": the last ", size - covered, " of its ", size,
        " bytes of values belong to no tensor; the file is damaged");
}

// Errors: a number beyond the range of Real, or none but zeros after rounding to it.
template <class Number>
std::vector<Real> numbers(std::string_view bytes) {
  std::vector<Number> raw(bytes.size() / sizeof(Number));
  if (!raw.empty()) std::memcpy(raw.data(), bytes.data(), bytes.size());
  std::vector<Real> values;
  values.reserve(raw.size());
  for (const Number number : raw) {
    values.push_back(static_cast<Real>(number));
    check(std::isfinite(values.back()) || !std::isfinite(number), "holds ", number,
          ", which is beyond the range of float32");
  }
  const auto is_zero = [](auto number) { return number == 0; };
  check(std::ranges::all_of(raw, is_zero) || !std::ranges::all_of(values, is_zero),
        "holds only numbers so small that they are zero in float32");
  return values;
}

// Errors: what kept it from being read, beginning with a verb.
Tensor read_tensor(const Entry& entry, std::string_view data) {
  const bool single = entry.dtype.name == "F32";
  check(single || entry.dtype.name == "F64", "holds ", entry.dtype.name,
        " numbers; only F32 and F64 can be read");
  check(entry.extents.size() <= Shape::kMaxRank, "has ", entry.extents.size(), " axes, more than ",
        Shape::kMaxRank);
  const Shape shape(std::vector<Index>(entry.extents.begin(), entry.extents.end()));
  const std::string_view bytes = data.substr(entry.begin, entry.end - entry.begin);
  return Tensor::from(shape, single ? numbers<float>(bytes) : numbers<double>(bytes));
}

template <class Number>
Number metadata_number(const TensorFile& file, const std::string& name) {
  const auto entry = file.metadata.find(name);
  check(entry != file.metadata.end(), file.path, ": its metadata lacks '", name,
        "'; it is not a checkpoint");
  const std::string& text = entry->second;
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  check(error == std::errc() && end == text.data() + text.size(), file.path, ": its metadata '",
        name, "' is not a whole number", std::is_unsigned_v<Number> ? " from 0 up: " : ": ", text);
  return value;
}

}  // namespace

const Tensor* TensorFile::find(const std::string& name) const {
  if (const auto reason = unread.find(name); reason != unread.end())
    fail(path, ": tensor '", shown(name), "' ", reason->second);
  const auto entry = tensors.find(name);
  return entry == tensors.end() ? nullptr : &entry->second;
}

const Tensor& TensorFile::at(const std::string& name, const Shape& shape) const {
  const Tensor* const tensor = find(name);
  check(tensor != nullptr, path, ": holds no tensor '", name, "'; it belongs to another model");
  if (!(tensor->shape() == shape))
    fail(path, ": tensor '", name, "' is ", tensor->shape(), " where ", shape,
         " is needed; it belongs to another model");
  return *tensor;
}

std::int64_t TensorFile::integer(const std::string& name) const {
  return metadata_number<std::int64_t>(*this, name);
}

std::uint64_t TensorFile::natural(const std::string& name) const {
  return metadata_number<std::uint64_t>(*this, name);
}

void save(const std::string& path, const TensorFile& file) {
  if (!file.unread.empty())
    fail(path, ": tensor '", file.unread.begin()->first,
         "' was not read and cannot be written: it ", file.unread.begin()->second);
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
        " bytes, the file has ", bytes.size(), "; it is not a safetensors file, or cut short");
  constexpr std::uint64_t kLongestHeader = 100'000'000;  // of other readers
  check(length <= kLongestHeader, path, ": its header claims ", length, " bytes, more than ",
        kLongestHeader, "; it is not a safetensors file");
  const std::string_view rest = std::string_view(bytes).substr(sizeof(length));
  const std::string_view data = rest.substr(length);
  const Json header = parse_header(path, rest.substr(0, length));
  TensorFile file;
  file.path = path;
  std::vector<Entry> entries;
  try {
    for (const auto& [name, entry] : header.items()) {
      if (name != "__metadata__") {
        entries.push_back(parse_entry(path + ": tensor '" + shown(name) + "'", name, entry));
      } else if (!entry.is_null()) {
        file.metadata = entry.get<std::map<std::string, std::string>>();
      }
    }
  } catch (const Json::exception& error) {
    fail(path, ": its header is not that of a safetensors file: ", shown(error.what()));
  }
  check_ranges(path, entries, data.size());
  for (const Entry& entry : entries) {
    try {
      file.tensors.emplace(entry.name, read_tensor(entry, data));
    } catch (const Error& reason) {  // it may not be asked for
      file.unread.emplace(entry.name, reason.what());
    }
  }
  return file;
}

}  // namespace engine
