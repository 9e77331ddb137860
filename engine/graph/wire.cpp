#include "engine/graph/wire.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/check.h"
#include "engine/graph/model.h"

namespace engine::graph {
namespace {

using google::protobuf::io::ArrayInputStream;
using google::protobuf::io::CodedInputStream;

// Skips one field. Groups (wire types 3 and 4) occur in neither format.
bool skip(CodedInputStream& in, std::uint32_t tag) {
  std::uint64_t number = 0;
  std::uint32_t length = 0;
  switch (tag & 7) {
    case 0:
      return in.ReadVarint64(&number);
    case 1:
      return in.Skip(8);
    case 2:
      return in.ReadVarint32(&length) && length <= std::uint32_t(std::numeric_limits<int>::max()) &&
             in.Skip(static_cast<int>(length));
    case 5:
      return in.Skip(4);
    default:
      return false;
  }
}

}  // namespace

void parse_message(std::string_view bytes, google::protobuf::MessageLite& message,
                   const std::string& path, const char* what) {
  check(bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()), path, ": ",
        bytes.size(), " bytes are more than a ", what, " can have (2 GiB)");
  ArrayInputStream array(bytes.data(), static_cast<int>(bytes.size()));
  CodedInputStream in(&array);
  in.SetRecursionLimit(32);
  const bool whole = message.MergePartialFromCodedStream(&in) && in.ConsumedEntireMessage();
  check(whole, path, ": not a whole ", what, ": broken at byte ", in.CurrentPosition(), " of ",
        bytes.size());
}

bool each_field(std::string_view bytes, const std::function<bool(std::uint32_t)>& visit) {
  const std::size_t most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                      static_cast<int>(std::min(bytes.size(), most)));
  while (const std::uint32_t tag = in.ReadTag()) {
    if (!visit(tag)) return true;
    if (!skip(in, tag)) return false;
  }
  return in.ConsumedEntireMessage();
}

Format format_of(std::string_view bytes) {
  Format found = Format::unknown;
  each_field(bytes, [&](std::uint32_t tag) {
    if (tag == (1 << 3 | 2)) found = Format::tensorflow;                   // GraphDef.node
    if (tag == (1 << 3 | 0) || tag == (7 << 3 | 2)) found = Format::onnx;  // ir_version, graph
    return found == Format::unknown;
  });
  return found;
}

Shape checked_shape(const std::string& what, const std::vector<Index>& extents, Index most,
                    const char* most_are) {
  if (extents.size() > Shape::kMaxRank)
    unsupported(what, ": has ", extents.size(), " axes, more than ", Shape::kMaxRank);
  Shape shape;
  Index size = 1;
  for (Index extent : extents) {
    check(extent >= 0, what, ": has an extent of ", extent);
    shape.push_back(extent);
  }
  if (std::find(extents.begin(), extents.end(), 0) != extents.end()) {
    most = Index{1} << 20;  // of the other extents, which a reduction may not touch
    most_are = "that the other axes of an empty value may span";
  }
  for (Index extent : extents)
    check(!__builtin_mul_overflow(size, std::max<Index>(extent, 1), &size) && size <= most, what,
          ": ", shape, " has more elements than the ", most, " ", most_are);
  return shape;
}

float from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float sign = bits >> 15 ? -1.f : 1.f;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  if (exponent < 31) return sign * std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return fraction ? std::numeric_limits<float>::quiet_NaN()
                  : sign * std::numeric_limits<float>::infinity();
}

Value from_bytes(const std::string& what, const Shape& shape, Type type, std::string_view bytes) {
  const Index each = bytes_of(type);
  if (each == 0) unsupported(what, ": ", name_of(type), " is not supported");
  check(static_cast<Index>(bytes.size()) == shape.size() * each, what, ": ", name_of(type), " ",
        shape, " takes ", shape.size() * each, " bytes, ", bytes.size(), " are there");
  const auto read = [&](Index i, auto number, Index width) {
    std::memcpy(&number, bytes.data() + i * width, static_cast<std::size_t>(width));
    return number;
  };
  if (type == Type::float32)
    return filled(what, shape, type, [&](Index i) { return read(i, float{}, 4); });
  if (type == Type::float64)
    return filled(what, shape, type, [&](Index i) { return read(i, double{}, 8); });
  return filled(what, shape, type, [&](Index i) { return read(i, std::uint64_t{}, each); });
}

}  // namespace engine::graph
