#include "gan/spectrum.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <set>
#include <sstream>
#include <utility>

#include "engine/engine.h"
#include "engine/linalg.h"
#include "layers/lipschitz/toeplitz.h"
#include "layers/mode.h"

namespace gan {
namespace {

using layers::LinearMap;

// A Toeplitz matrix is affordable up to these: the eigenproblem of its smaller Gram matrix takes
// seconds, the matrix itself 64 MiB.
constexpr Index kSmaller = 2048, kElements = Index{1} << 24;

bool affordable(const LinearMap& W) {
  const Index columns = W.domain().size(), rows = W.range().size();
  return std::min(columns, rows) <= kSmaller && columns * rows <= kElements;
}

std::vector<std::string> distinct(const std::vector<Spectrum>& spectra,
                                  const std::string Spectrum::*member) {
  std::vector<std::string> names;
  for (const Spectrum& s : spectra)
    if (std::find(names.begin(), names.end(), s.*member) == names.end()) names.push_back(s.*member);
  return names;
}

// Of the picture's panels, and in the CSV.
const char* kind(const Spectrum& s) { return s.toeplitz ? "toeplitz" : "reshaped"; }

// One panel: a curve for each run of one layer's values of one kind.
std::string panel(const std::vector<std::string>& runs, const std::string& layer,
                  const std::string& kind) {
  std::ostringstream text;
  text << "set title " << quoted("layer " + layer + ", " + kind) << "\nplot ";
  for (std::size_t i = 0; i < runs.size(); ++i)
    text << (i ? ", \\\n     " : "") << "'spectrum.csv' using (strcol(1) eq " << quoted(runs[i])
         << " && strcol(2) eq " << quoted(layer) << " && strcol(3) eq " << quoted(kind)
         << " ? $4 : NaN):6 with lines lw 2 title " << quoted(runs[i]);
  text << '\n';
  return text.str();
}

}  // namespace

std::vector<Spectrum> spectra(LoadedRun& run, const std::string& title) {
  const engine::NoGrad constant;
  const layers::Eval evaluate;
  const ImageSize& image = run.header.image;
  run.networks.discriminator(engine::zeros({1, image.height, image.width, image.channels}));
  std::vector<Spectrum> found;
  layers::Visitor visitor(
      [&](const std::string& name, layers::Param& param) {
        if (param.raw().rank() < 2 || !name.ends_with("weight")) return;
        const std::string layer = name.substr(0, name.rfind('.'));
        const LinearMap raw = param.map(), W = raw.with(param.value(raw));
        found.push_back({title, layer, false, engine::singular_values(flatten(W.weight))});
        if (W.weight.rank() == 4 && affordable(W))
          found.push_back({title, layer, true, engine::singular_values(layers::toeplitz(W))});
      },
      [](const std::string&, engine::State&) {});
  run.networks.discriminator.visit(visitor);
  return found;
}

Plot spectrum_plot(const std::vector<Spectrum>& spectra, const std::string& folder) {
  std::ostringstream data;
  data << "run,layer,matrix,index,value,relative\n" << std::setprecision(9);
  for (const Spectrum& s : spectra)
    for (std::size_t i = 0; i < s.values.size(); ++i)
      data << s.run << ',' << s.layer << ',' << kind(s) << ',' << i + 1 << ',' << s.values[i] << ','
           << (s.values[0] > 0 ? s.values[i] / s.values[0] : 0) << '\n';

  const std::vector<std::string> runs = distinct(spectra, &Spectrum::run);
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<std::string> panels;  // first the reshaped kernels, then the Toeplitz matrices
  for (const bool toeplitz : {false, true})
    for (const Spectrum& s : spectra)
      if (s.toeplitz == toeplitz && s.values.size() > 1 && seen.emplace(s.layer, kind(s)).second)
        panels.push_back(panel(runs, s.layer, kind(s)));
  const int count = static_cast<int>(panels.size());
  const int columns = std::max(1, static_cast<int>(std::ceil(std::sqrt(count))));
  const int rows = std::max(1, (count + columns - 1) / columns);
  std::ostringstream body;
  body << "set multiplot layout " << rows << "," << columns
       << " title 'Singular values of the weights over the largest'\n"
       << "set yrange [0:1.05]\nset xlabel 'index'\nset key top right\nset grid\n";
  for (const std::string& each : panels) body << each;
  body << "unset multiplot\n";
  return {.folder = folder,
          .name = "spectrum",
          .data = data.str(),
          .body = body.str(),
          .width = 380 * columns,
          .height = 300 * rows + 40};
}

}  // namespace gan
