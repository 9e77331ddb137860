// The list of constraints: name, defaults, and a one-line description. To add a constraint, write a
// header and add its #include and a line here. Then
//   gan train --set 'd.constraint=name(k=2)' finds it, with the options that it visits;
//   check_constraint (tests/support/check_constraint.h) tests what it promises;
//   gradients of both orders, saving, copying and averaging are tested (tests/cases.h).
#pragma once

#include "layers/constraints/aol.h"
#include "layers/constraints/bjorck.h"
#include "layers/constraints/frobenius_norm.h"
#include "layers/constraints/gram_norm.h"
#include "layers/constraints/spectral_clamp.h"
#include "layers/constraints/spectral_norm.h"
#include "layers/constraints/toeplitz_norm.h"
#include "layers/constraints/tsuzuku_norm.h"
#include "layers/constraints/weight_clip.h"
#include "layers/constraints/weight_norm.h"

namespace layers {

// Calls visit(name, constraint, help) for each.
template <class Visit>
void for_each_constraint(const Visit& visit) {
  visit("spectral", SpectralNorm{}, "k W / the norm of the reshaped kernel (Miyato et al. 2018)");
  visit("toeplitz", ToeplitzNorm{}, "k W / the norm of the convolution itself (Sargent, Method 2)");
  visit("tsuzuku", TsuzukuNorm{}, "k W / (sqrt(n) the norm of the reshaped kernel) (Method 1)");
  visit("gram", GramNorm{}, "k W / a certified bound; costly (Delattre et al. 2024)");
  visit("frobenius", FrobeniusNorm{}, "k W / the Frobenius norm");
  visit("weight-norm", WeightNorm{},
        "each row of the kernel scaled to norm k, or to a learned norm (gain)");
  visit("clip", WeightClip{}, "each weight clipped to [-c, c] (Arjovsky et al. 2017)");
  visit("clamp", SpectralClamp{}, "the largest singular value limited to r times the second");
  visit("aol", Aol{}, "almost orthogonal, norm at most k (Prach and Lampert 2022)");
  visit("bjorck", Bjorck{}, "k times the nearest orthonormal kernel; after spectral");
}

}  // namespace layers
