// Whether the sanitizers watch: training takes 6 to 18 times as long then, and their shadow memory
// needs terabytes of address space.
#pragma once

namespace tests {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

}  // namespace tests
