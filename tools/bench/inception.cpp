#include <sstream>

#include "engine/engine.h"
#include "engine/graph/graph.h"
#include "tools/bench/comparison.h"
#include "tools/bench/inception_network.h"

namespace bench {

using engine::Tensor;
using engine::graph::Graph;

Report inception(const Options& options) {
  std::ostringstream title;
  title << "Inception-v3 forward, " << options.batch << " images of 299 x 299, "
        << (options.graph.empty() ? "random weights" : options.graph);
  Comparison comparison(options, title.str());
  const Graph net =
      options.graph.empty() ? Graph(inception::as_onnx(1)) : Graph::load(options.graph);
  const Tensor images = engine::uniform({options.batch, 299, 299, 3}, 0, 255);
  const std::string input = net.inputs().at(0).name;
  // 5.7 billion products per image (Szegedy et al., 2015). Unknown for a network from a file, which
  // the peer does not have either.
  const bool own = options.graph.empty();
  const double flops = own ? 2 * 5.7e9 * static_cast<double>(options.batch) : 0;
  nlohmann::json peer;
  if (own) peer = {{"work", "inception"}, {"batch", options.batch}};
  comparison.add({"Inception-v3", flops, [&] { net.run({{input, images}}); }, peer});
  return comparison.report();
}

}  // namespace bench
