// The 2015 Inception network with random weights, at any fraction of its width: it is described
// once (`write`) and written in the format of a Writer. bench runs it as ONNX; the tests compare it
// with the same network as a frozen TensorFlow graph. Names and order: the published graph's.
// Source: Szegedy et al., "Rethinking the Inception Architecture" (2015).
#pragma once

#include <string>
#include <vector>

#include "engine/graph/model.h"

namespace inception {

using engine::Index;

// A value of the network: the name of its node, and its number of channels.
struct Image {
  std::string name;
  Index channels;
};

struct Conv {
  Index height, width, out;
  Index stride = 1;
  bool same = true;
};

// Random numbers seeded by the name.
std::vector<float> drawn(const std::string& name, Index count, float low, float high);

// The interface of a file format.
class Writer {
 public:
  explicit Writer(Index fraction) : fraction(fraction) {}
  virtual ~Writer() = default;
  virtual Image front() = 0;
  virtual Image conv(const std::string& scope, const Image& x, const Conv& conv) = 0;
  virtual Image pool(const std::string& scope, const Image& x, bool max, Index kernel, Index stride,
                     bool same) = 0;
  virtual Image join(const std::string& scope, const std::vector<Image>& parts) = 0;
  virtual void tail(const Image& x) = 0;

  // [height, width, in, out].
  std::vector<float> kernel(const std::string& scope, const Image& x, const Conv& c) const;
  Index features() const { return 2048 / fraction; }
  Index classes() const { return 1008 / fraction; }

  const Index fraction;  // layers are as wide as the original's divided by this
};

void write(Writer& w);

engine::graph::Model as_onnx(Index fraction);  // images; features, unbiased, probabilities

}  // namespace inception
