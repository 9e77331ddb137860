// The sizes in which a device's free memory is kept: eight to each power of two, so that at most an
// eighth of a block is wasted. Numbers rise with sizes; twice the size is kTwice further.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

namespace engine {

struct SizeClass {
  static constexpr std::size_t kTwice = 16, kCount = 64 * kTwice;
  std::size_t number, bytes;
};

// The class of blocks that hold so many bytes; all are multiples of `smallest`, a power of two.
inline SizeClass size_class(std::size_t bytes, std::size_t smallest) {
  const std::size_t wanted = std::max(bytes, smallest);
  const std::size_t power = std::bit_width(wanted - 1);  // wanted <= 2^power
  const std::size_t step = std::max((std::size_t{1} << power) / 16, smallest);
  const std::size_t steps = (wanted + step - 1) / step;
  return {power * SizeClass::kTwice + steps - 1, steps * step};
}

}  // namespace engine
