// Reading messages of Protocol Buffers from bytes that nobody vouches for: depth and size are
// limited, and a broken message is reported with the offset where reading stopped. And the plain
// arrays inside them: sizes are compared with the bytes at hand before anything is allocated.
#pragma once

#include <google/protobuf/message_lite.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/graph/value.h"

namespace engine::graph {

// Errors: "path: not a whole <what>: broken at byte 17 of 20".
void parse_message(std::string_view bytes, google::protobuf::MessageLite& message,
                   const std::string& path, const char* what);

// Calls visit with the tag of each field at the top of a message, until it says no. Returns whether
// what was looked at is whole.
bool each_field(std::string_view bytes, const std::function<bool(std::uint32_t)>& visit);

// What the tags at the top of a file say it is.
enum class Format { onnx, tensorflow, unknown };
Format format_of(std::string_view bytes);

// A shape from the extents in a file. Errors: negative ones, more axes than the engine has, or more
// than `most` elements, which are those "that are there".
Shape checked_shape(const std::string& what, const std::vector<Index>& extents, Index most,
                    const char* most_are = "that are there");

// Little-endian numbers as they lie in a file. Errors: bytes that do not fill the shape.
Value from_bytes(const std::string& what, const Shape& shape, Type type, std::string_view bytes);

// The value of this type whose elements are at(0), at(1), ... as a file holds them; those of
// float16 are its bits.
template <class At>
Value filled(const std::string& what, const Shape& shape, Type type, const At& at) {
  const Index size = shape.size();
  if (!is_real(type)) {
    Whole numbers(static_cast<std::size_t>(size));
    for (Index i = 0; i < size; ++i) numbers[i] = wrapped(type, static_cast<Index>(at(i)));
    return {shape, std::move(numbers), type};
  }
  std::vector<Real> numbers(static_cast<std::size_t>(size));
  for (Index i = 0; i < size; ++i)
    numbers[i] = type == Type::float16   ? from_half(static_cast<std::uint16_t>(at(i)))
                 : type == Type::float64 ? real_from(what, static_cast<double>(at(i)))
                                         : static_cast<Real>(at(i));
  return Value(Tensor::from(shape, numbers), type);
}

}  // namespace engine::graph
