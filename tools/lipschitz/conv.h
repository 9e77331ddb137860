// `lipschitz conv`: every bound on one convolution, its ratio to the true norm and its time, as a
// table. Errors: a geometry without output, a file without the tensor: one line.
#pragma once

#include <cstdint>
#include <string>

#include "engine/engine.h"

namespace lipschitz {

struct ConvOptions {
  engine::Index kernel_h = 3, kernel_w = 3, in = 64, out = 64, size = 32;
  engine::Index stride = 1, pad = 1, dilation = 1, output_padding = 0;
  bool transposed = false;
  std::uint64_t seed = 1;
  std::string file, tensor;  // of a safetensors file; the kernel's extents are then the tensor's
};

void report_conv(const ConvOptions& options);

}  // namespace lipschitz
