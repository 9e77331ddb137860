// Numbers in the bytes of a file, in either byte order, without bounds checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace datasets {

// Byte number i of the file.
inline std::uint8_t byte_at(std::string_view file, std::size_t i) {
  return static_cast<std::uint8_t>(file[i]);
}

// Of up to four bytes, which are there.
inline std::uint32_t big_endian(std::string_view file, std::size_t offset, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | byte_at(file, offset + i);
  return value;
}

// The same, least significant byte first.
inline std::uint32_t little_endian(std::string_view file, std::size_t offset, int bytes) {
  std::uint32_t value = 0;
  for (int i = bytes - 1; i >= 0; --i) value = value << 8 | byte_at(file, offset + i);
  return value;
}

}  // namespace datasets
