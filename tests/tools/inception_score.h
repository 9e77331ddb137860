// What the tests of inception_score start it with: a small network and images for it.
#pragma once

#include <string>

#include "engine/graph/onnx.pb.h"
#include "engine/graph/write_onnx.h"
#include "gan/metrics/npz.h"
#include "tests/support/program.h"

inline const Program kInceptionScore("tools/inception_score/inception_score");

// A classifier of 8x8 images by their mean color, as another program would export it.
inline std::string write_net(const Scratch& scratch, const std::string& producer = "pytorch") {
  engine::graph::Builder net;
  const std::string centered =
      net.node("Sub", {net.input("x", {-1, 3, 8, 8}), net.constant("mean", engine::scalar(128))});
  const std::string x = net.node("Div", {centered, net.constant("deviation", engine::scalar(128))});
  const std::string pool = net.node("Flatten", {net.node("GlobalAveragePool", {x})}, {}, "pool");
  net.node(
      "Gemm",
      {pool,
       net.constant("w", engine::Tensor::from({3, 4}, {9, 1, -5, 2, 0, 8, 3, -7, 1, -4, 9, 2})),
       net.constant("b", engine::Tensor::from({4}, {0, 1, 0, 2}))},
      {}, "y");
  net.output("y", {-1, 4});
  engine::graph::onnx::ModelProto proto;
  proto.ParseFromString(write_onnx(net.model()));
  proto.set_producer_name(producer);
  return scratch.write(producer + ".onnx", proto.SerializeAsString());
}

// Uint8 images [count, 8, 8, 3] as numpy.savez keeps them.
inline std::string write_images(const Scratch& scratch, const std::string& name,
                                engine::Index count, int salt) {
  std::string pixels;
  for (engine::Index i = 0; i < count; ++i)
    for (int k = 0; k < 8 * 8 * 3; ++k)
      pixels += static_cast<char>((i * 37 * (k % 3 + 1) + k * salt) % 256);
  return scratch.write(name,
                       gan::metrics::write_npz({{"arr_0", {"|u1", {count, 8, 8, 3}, pixels}}}));
}
