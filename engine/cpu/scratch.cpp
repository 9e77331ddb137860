#include "engine/cpu/scratch.h"

#include <array>
#include <cstdlib>
#include <new>

namespace engine::cpu {
namespace {

class Kept {
 public:
  Kept() = default;
  ~Kept() { std::free(data_); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  Real* at_least(Index elements) {
    if (elements <= size_) return data_;
    std::free(data_);
    const std::size_t bytes = (static_cast<std::size_t>(elements) * sizeof(Real) + 63) / 64 * 64;
    data_ = static_cast<Real*>(std::aligned_alloc(64, bytes));
    size_ = data_ == nullptr ? 0 : elements;
    if (data_ == nullptr) throw std::bad_alloc();
    return data_;
  }

 private:
  Real* data_ = nullptr;
  Index size_ = 0;
};

}  // namespace

Real* thread_scratch(Index elements, int which) {
  thread_local std::array<Kept, 5> kept;
  return kept[which].at_least(elements);
}

}  // namespace engine::cpu
