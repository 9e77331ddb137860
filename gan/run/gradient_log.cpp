#include "gan/run/gradient_log.h"

#include <algorithm>
#include <sstream>

#include "engine/file.h"
#include "gan/console/plot.h"

namespace gan::run {
namespace {

// The weights that the rows name, in order.
std::vector<std::string> weights(const std::string& csv) {
  std::vector<std::string> names;
  std::istringstream rows(csv);
  std::string row, step, name;
  std::getline(rows, row);  // the header
  while (std::getline(rows, step, ',') && std::getline(rows, name, ',') && std::getline(rows, row))
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::string panel(const std::string& title, const std::vector<std::string>& names, char network) {
  std::ostringstream text;
  text << "set title " << console::quoted(title) << "\nplot 1 dashtype 2 linecolor 'gray' notitle";
  for (const std::string& name : names)
    if (name[0] == network)
      text << ", \\\n     'gradients.csv' using (strcol(2) eq " << console::quoted(name)
           << " ? $1 : NaN):5 with linespoints pointsize 0.5 title " << console::quoted(name);
  text << '\n';
  return text.str();
}

}  // namespace

GradientLog::GradientLog(const std::string& folder, Index step)
    : folder_(folder), rows_(folder + "/gradients.csv", "step,weight,s0,s1,ratio", step) {}

void GradientLog::add(Index step, const std::vector<analysis::GradientSpectra::Row>& rows) {
  for (const analysis::GradientSpectra::Row& row : rows) {
    std::ostringstream text;
    text << step << ',' << row.layer << ',' << row.s0 << ',' << row.s1 << ','
         << (row.s1 > 0 ? row.s0 / row.s1 : 0);
    rows_.add(text.str());
  }
}

void GradientLog::draw() const {
  if (rows_.last_row().empty()) return;
  const std::string data = engine::read_file(folder_ + "/gradients.csv");
  const std::vector<std::string> names = weights(data);
  gan::console::draw(
      {.folder = folder_,
       .name = "gradients",
       .data = data,
       .body = "set multiplot layout 1,2 title 'Ratio s0/s1 of the weights'' gradients'\n"
               // Rows of other weights are missing values, so that lines continue across them.
               "set datafile missing NaN\nset logscale y\nset xlabel 'step'\nset grid\n" +
               panel("discriminator", names, 'd') + panel("generator", names, 'g') +
               "unset multiplot\n",
       .width = 1100,
       .height = 480});
}

}  // namespace gan::run
