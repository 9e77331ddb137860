// The convolution form: slot Y (forward) and slot W (weight gradient) as products with patches.
// Slot X is in conv_transpose.cpp.
#include "engine/cpu/backend.h"
#include "engine/cpu/conv_transpose.h"
#include "engine/cpu/filtered.h"
#include "engine/cpu/patch_rows.h"
#include "engine/cpu/transpose.h"

namespace engine::cpu {
namespace {

// Y [rows, out] = patches [rows, k] W^T, with the epilogue while it is in cache.
void conv_forward(const Window& window, const Real* x, const Real* w, Real* y,
                  const Epilogue& epilogue) {
  const Patches patches = forward_patches(window, x);
  const Index k = patches.row_length();
  multiply_patches(
      patches,
      [&](Index k0, Index k1, Index n0, Index n1, Real* to, Index row) {
        transpose(w + n0 * k + k0, k, n1 - n0, k1 - k0, to, row);
      },
      window.out, epilogue, !patches.sparse(), y, [](const RowWalk& at) { return at.pixel(); });
}

// W [out, k] = Y^T patches.
void conv_weight(const Window& window, const Real* x, Real* w, const Real* y) {
  const Patches patches = forward_patches(window, x);
  const Index k = patches.row_length(), out = window.out;
  const Index pixels = window.out_height * window.out_width;
  multiply_by_blocks(
      out, k, patches.rows(),
      [&](Index m0, Index m1, Index k0, Index k1, Real* to, Index row) {
        if (!patches.sparse()) return transpose(y + k0 * out + m0, out, k1 - k0, m1 - m0, to, row);
        for (Index k = k0; k < k1;) {  // the same pixel of the images of a group
          const RowWalk at(patches.order, k);
          const Index images = std::min(k1 - k, at.first() + at.count() - at.sample);
          transpose(y + at.pixel() * out + m0, pixels * out, images, m1 - m0, to + k - k0, row);
          k += images;
        }
      },
      TimesPatches{patches}, w);
}

}  // namespace

void CpuBackend::conv(Slot want, const Window& window, const Operand& x, const Operand& w,
                      const Operand& y) {
  if (want == Slot::W) {
    if (const auto f = filtering(window, want)) return filtered_weights(*f, x.wide, w.wide, y.wide);
    return conv_weight(window, x.wide, w.wide, y.wide);
  }
  conv_bias(want, window, x, w, y, Activation::none, 0, nullptr);
}

void CpuBackend::conv_bias(Slot want, const Window& window, const Operand& x, const Operand& w,
                           const Operand& y, Activation kind, Real slope, const Real* bias) {
  const Epilogue epilogue{.kind = kind, .slope = slope, .bias = bias};
  if (want == Slot::X) return conv_transpose(window, x.wide, w.wide, y.wide, epilogue);
  if (few_outputs(window)) return conv_of_few_outputs(window, x.wide, w.wide, y.wide, epilogue);
  if (const auto f = filtering(window, want)) return filtered(*f, x.wide, w.wide, y.wide, epilogue);
  conv_forward(window, x.wide, w.wide, y.wide, epilogue);
}

}  // namespace engine::cpu
