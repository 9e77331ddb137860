// The plot of spectra: panels for layers and matrices, curves for runs, lines for targets and
// bounds.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
#include <sstream>

#include "gan/analysis/spectrum.h"

namespace gan::analysis {
namespace {

constexpr const char* kMatrices[] = {"reshaped", "toeplitz", "circulant"};

constexpr Index kRows = 1000;  // points per spectrum that a plot can show

// The indices in the data: all, or evenly spaced ones with both ends.
std::vector<Index> shown(Index values) {
  std::vector<Index> indices;
  const Index rows = std::min(values, kRows);
  for (Index i = 0; i < rows; ++i) indices.push_back(rows == 1 ? 0 : i * (values - 1) / (rows - 1));
  return indices;
}

std::string data_of(const std::vector<Spectrum>& spectra) {
  std::ostringstream data;
  data << "run,layer,matrix,index,value,relative,values,k,certified\n" << std::setprecision(9);
  for (const Spectrum& s : spectra)
    for (const Index i : shown(std::ssize(s.values))) {
      data << s.run << ',' << s.layer << ',' << s.matrix << ',' << i + 1 << ',' << s.values[i]
           << ',' << (s.values[0] > 0 ? s.values[i] / s.values[0] : 0) << ',' << s.size << ',';
      if (s.k) data << *s.k;
      data << ',' << s.certified << '\n';
    }
  return data.str();
}

using Panel = std::vector<const Spectrum*>;  // of one layer and matrix, one per run

std::string title_of(const Panel& panel) {
  const Spectrum& first = *panel.front();
  std::string title = "layer " + first.layer + ", " + first.matrix;
  if (first.matrix == "circulant") title += " (torus, by Fourier)";
  const Spectrum* most = nullptr;  // of the runs that show a part of theirs
  for (const Spectrum* s : panel)
    if (s->partial() && (!most || s->values.size() > most->values.size())) most = s;
  if (most)
    title +=
        ": " + std::to_string(most->values.size()) + " largest of " + std::to_string(most->size);
  return title;
}

// The tick distance of an axis of `last` indices: a round number giving at most six ticks.
std::size_t tics_of(std::size_t last) {
  for (std::size_t power = 1;; power *= 10)
    for (const std::size_t digit : {1, 2, 5})
      if (last / (digit * power) <= 5) return digit * power;
}

// A curve for each run; its k is dashed, its certified bound dotted, in the same color.
std::string plot_of(const Panel& panel, const std::vector<std::string>& runs) {
  std::ostringstream text;
  std::size_t last = 0;
  for (const Spectrum* s : panel) last = std::max(last, s->values.size());
  text << std::setprecision(9) << "set title " << console::quoted(title_of(panel))
       << "\nset xrange [0:" << last + 1 << "]\nset xtics " << tics_of(last) << "\nplot ";
  const char* separator = "";
  for (const Spectrum* s : panel) {
    const auto color = std::find(runs.begin(), runs.end(), s->run) - runs.begin() + 1;
    text << separator << "'spectrum.csv' using (strcol(1) eq " << console::quoted(s->run)
         << " && strcol(2) eq " << console::quoted(s->layer) << " && strcol(3) eq "
         << console::quoted(s->matrix) << " ? $4 : NaN):5 with "
         << (s->values.size() > 40 ? "lines" : "linespoints pt 7 ps 0.4") << " lw 2 lc " << color
         << " title " << console::quoted(s->run);
    separator = ", \\\n     ";
    if (s->k) text << separator << *s->k << " with lines dt 2 lw 1.5 lc " << color << " notitle";
    text << separator << s->certified << " with lines dt 3 lw 2 lc " << color << " notitle";
  }
  text << '\n';
  return text.str();
}

// Panels missing here but present for other layers: a circulant beside a partial Toeplitz matrix,
// omitted for a reason given in the notes.
std::string missing(const std::map<std::string, std::vector<std::string>>& matrices_of_layer,
                    const std::vector<Spectrum>& spectra) {
  std::string layers;
  for (const Spectrum& s : spectra) {
    const std::vector<std::string>& matrices = matrices_of_layer.at(s.layer);
    const bool alone = std::find(matrices.begin(), matrices.end(), "circulant") == matrices.end();
    const bool told = (", " + layers + ",").find(", " + s.layer + ",") != std::string::npos;
    if (s.matrix == "toeplitz" && s.partial() && alone && !told)
      layers += (layers.empty() ? "" : ", ") + s.layer;
  }
  return layers.empty() ? "" : "; no circulant for layer " + layers;
}

}  // namespace

console::Plot spectrum_plot(const std::vector<Spectrum>& spectra, const std::string& folder) {
  std::vector<std::string> runs, layers;
  std::map<std::string, std::vector<std::string>> matrices_of_layer;
  const auto note = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const Spectrum& s : spectra) {
    note(runs, s.run);
    note(layers, s.layer);
    note(matrices_of_layer[s.layer], s.matrix);
  }
  std::vector<std::string> panels;  // first the reshaped kernels, then the Toeplitz matrices, ...
  for (const char* matrix : kMatrices)
    for (const std::string& layer : layers) {
      Panel panel;
      for (const Spectrum& s : spectra)
        if (s.matrix == matrix && s.layer == layer) panel.push_back(&s);
      if (!panel.empty()) panels.push_back(plot_of(panel, runs));
    }
  const int count = static_cast<int>(panels.size());
  const int columns = std::max(1, static_cast<int>(std::ceil(std::sqrt(count))));
  const int rows = std::max(1, (count + columns - 1) / columns);
  std::ostringstream body;
  body << "set termoption noenhanced\nset multiplot layout " << rows << "," << columns << " title "
       << console::quoted("Singular values of the weights; dashed: k, dotted: the certified bound" +
                          missing(matrices_of_layer, spectra))
       << "\nset yrange [0:*]\nset offsets graph 0, 0, 0.08, 0\nset xlabel 'index' offset 0, 0.5\n"
          "set key bmargin center horizontal\nset grid\n";
  for (const std::string& each : panels) body << each;
  body << "unset multiplot\n";
  return {.folder = folder,
          .name = "spectrum",
          .data = data_of(spectra),
          .body = body.str(),
          .width = 380 * columns,
          .height = 300 * rows + 40};
}

}  // namespace gan::analysis
