#include "datasets/exif.h"

#include "datasets/byte_order.h"

namespace datasets {

int exif_orientation(std::string_view block) {
  using namespace std::string_view_literals;
  constexpr std::uint32_t kOrientation = 0x0112, kShort = 3, kEntry = 12;
  if (block.starts_with("Exif\0\0"sv)) block.remove_prefix(6);
  const bool little = block.starts_with("II*\0"sv);
  if (!little && !block.starts_with("MM\0*"sv)) return 1;
  const auto number = [&](std::size_t offset, int bytes) -> std::uint32_t {
    if (offset + bytes > block.size()) return 0;
    return little ? little_endian(block, offset, bytes) : big_endian(block, offset, bytes);
  };
  const std::size_t directory = number(4, 4);
  const std::uint32_t entries = number(directory, 2);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + std::size_t{i} * kEntry;
    if (number(entry, 2) != kOrientation) continue;
    const std::uint32_t value = number(entry + 8, number(entry + 2, 2) == kShort ? 2 : 4);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace datasets
