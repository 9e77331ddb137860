// The transformed weights of a convolution: G w at every point, each a matrix [depth, out] in
// panels. They are kept until the weights change: a step uses each network's weights several times.
#pragma once

#include <memory>

#include "engine/cpu/derived.h"
#include "engine/cpu/filtered.h"
#include "engine/cpu/product.h"

namespace engine::cpu {

class FilterPoints : public Derived::Item {
 public:
  static std::shared_ptr<const FilterPoints> of(const Filtering& f, const Exact& numbers,
                                                const Real* w);

  // All that they depend on besides w: neither the number of images nor their size.
  struct Key {
    struct Axis {
      int filter;
      Index phases, phase_taps, kernel, taps, tap_first, tap_step;
      bool operator==(const Axis&) const = default;
    };
    Isa isa;
    Axis h, w;
    Index in, out;
    bool turned;
    bool operator==(const Key&) const = default;
  };
  FilterPoints(const Key& key, const Filtering& f, const Exact& numbers, const Real* w);
  bool is(const Key& key) const { return key == key_; }
  const Pieces& pieces() const { return pieces_; }  // of the depth
  const Real* at(int u, int v, Index panel, Index piece) const {
    const Index point = u * f_.w.of().points + v;
    return memory_.data() + ((point * panels_ + panel) * pieces_.count + piece) * stride_;
  }

 private:
  void fill(const Real* w, Index panel, Index piece) const;
  void gather(const Real* w, Index k, Index count, Index n0, Index n1, Real* taps) const;

  const Key key_;
  const Filtering f_;
  const Pieces pieces_;
  const Index panels_, columns_, stride_;
  const Scratch memory_;
};

}  // namespace engine::cpu
