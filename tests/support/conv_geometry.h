// The geometry of a convolution for tests: given, or drawn at random.
#pragma once

#include "tests/support/definitions.h"
#include "tests/support/draw.h"

namespace tests {

struct ConvGeometry {
  Shape x, w;
  engine::ConvOptions options;
};

// The largest of each that may be drawn; the least are 1, and 0 of padding.
struct ConvLimits {
  Index side;
  Index channels;
  Index kernel;
  Index stride;
  Index padding;
  Index dilation = 1;
};

// One to three images, and a result that is not empty.
inline ConvGeometry random_conv(Draw& draw, const ConvLimits& most) {
  const auto up_to = [&](Index largest) { return draw.whole(1, largest); };
  const auto pad = [&] { return draw.whole(0, most.padding); };
  for (;;) {
    ConvGeometry g;
    g.x = {up_to(3), up_to(most.side), up_to(most.side), up_to(most.channels)};
    g.w = {up_to(most.channels), up_to(most.kernel), up_to(most.kernel), g.x[3]};
    g.options.stride = {up_to(most.stride), up_to(most.stride)};
    if (most.dilation > 1) g.options.dilation = {up_to(most.dilation), up_to(most.dilation)};
    g.options.padding = {pad(), pad(), pad(), pad()};
    if (definitions::conv_shape(g.x, g.w, g.options).size() > 0) return g;
  }
}

}  // namespace tests
