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
// than `most` elements.
Shape checked_shape(const std::string& what, const std::vector<Index>& extents, Index most);

// Little-endian numbers as they lie in a file. Errors: bytes that do not fill the shape.
Value from_bytes(const std::string& what, const Shape& shape, Type type, std::string_view bytes);

}  // namespace engine::graph
