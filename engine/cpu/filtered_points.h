// The weights of a convolution as minimal filters multiply them: G w at every point, each a matrix
// [depth, out] in panels.
#pragma once

#include "engine/cpu/filtered.h"
#include "engine/cpu/product.h"

namespace engine::cpu {

class FilterPoints {
 public:
  FilterPoints(const Filtering& f, const Exact& numbers, const Real* w);
  const Pieces& pieces() const { return pieces_; }  // of the depth
  const Real* at(int u, int v, Index panel, Index piece) const {
    const Index point = u * f_.w.of().points + v;
    return memory_.data() + ((point * panels_ + panel) * pieces_.count + piece) * stride_;
  }

 private:
  void fill(const Real* w, Index panel, Index piece) const;
  void gather(const Real* w, Index k, Index count, Index n0, Index n1, Real* taps) const;

  const Filtering f_;
  const Pieces pieces_;
  const Index panels_, columns_, stride_;
  const Scratch memory_;
};

}  // namespace engine::cpu
