#include "gan/report/chart.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <set>
#include <sstream>

#include "gan/report/html.h"

namespace gan::report {
namespace {

constexpr double kWidth = 440, kHeight = 260;  // of the drawing, in its own units
constexpr double kLeft = 56, kRight = 22, kTop = 8;
constexpr std::size_t kMostPoints = 400;
constexpr int kColors = 8;

std::string number(double value, int digits = 4) {
  std::ostringstream text;
  text << std::setprecision(digits) << value;
  return text.str();
}

// A category's name, truncated to the available room between UTF-8 characters.
std::string shortened(const std::string& name) {
  constexpr std::size_t most = 26;
  if (name.size() <= most) return name;
  std::size_t end = most - 1;
  while (end > 0 && (name[end] & 0xc0) == 0x80) --end;
  return name.substr(0, end) + "…";
}

std::vector<Point> thinned(const std::vector<Point>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<Point> some;
  for (std::size_t i = 0; i < kMostPoints; ++i)
    some.push_back(points[i * (points.size() - 1) / (kMostPoints - 1)]);
  return some;
}

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return !(low <= high); }
};

// The position of values in the drawing.
class Frame {
 public:
  explicit Frame(const Chart& chart) : chart_(chart) {
    bottom_ = kHeight - 38;
    std::size_t longest = 0;
    for (const std::string& name : chart.categories)
      longest = std::max(longest, shortened(name).size());
    bottom_ -= 2.3 * static_cast<double>(longest);  // they are rotated
    for (const Series& series : chart.series)
      for (const Point& p : series.points) {
        if (!drawn(p)) continue;
        x_.add(p.x);
        y_.add(p.y);
        if (p.error > 0 && (!chart.log_y || p.y > p.error)) y_.add(p.y - p.error);
        if (p.error > 0) y_.add(p.y + p.error);
      }
    if (empty()) return;
    if (chart.trim_y) trim();
    if (!chart.categories.empty())
      x_ = {-0.5, static_cast<double>(chart.categories.size()) - 0.5};
    else if (x_.low == x_.high)
      x_ = {x_.low - 1, x_.high + 1};
    if (chart.log_y) {
      const double margin = std::pow(std::max(y_.high / y_.low, 1.5), 0.05);
      y_ = {y_.low / margin, y_.high * margin};
    } else {
      if (chart.from_zero || chart.bars) y_.add(0);
      const double margin = 0.05 * (y_.high > y_.low ? y_.high - y_.low : std::abs(y_.high) + 1);
      y_ = {y_.low == 0 ? 0 : y_.low - margin, y_.high + margin};
    }
  }

  bool empty() const { return y_.empty(); }
  bool trimmed() const { return trimmed_; }
  bool drawn(const Point& p) const {
    constexpr double most = 1e30;  // beyond, differences of positions are lost
    if (trimmed_ && (p.y < y_.low || p.y > y_.high)) return false;
    return std::abs(p.x) < most && std::abs(p.y) < most && (!chart_.log_y || p.y > 1 / most);
  }
  double x(double value) const {
    return kLeft + (value - x_.low) / (x_.high - x_.low) * (kWidth - kLeft - kRight);
  }
  double y(double value) const {
    const double part = chart_.log_y ? std::log(value / y_.low) / std::log(y_.high / y_.low)
                                     : (value - y_.low) / (y_.high - y_.low);
    return bottom_ - part * (bottom_ - kTop);
  }
  // Also for a bar, which may begin below the visible range.
  double y_clamped(double value) const { return y(std::max(value, y_.low)); }
  const Range& x_range() const { return x_; }
  const Range& y_range() const { return y_; }
  double bottom() const { return bottom_; }

 private:
  void trim() {
    std::vector<double> values;
    for (const Series& series : chart_.series)
      for (const Point& p : series.points)
        if (drawn(p)) values.push_back(p.y);
    std::ranges::sort(values);
    const std::size_t beyond = values.size() * 3 / 100;
    const Range central = {values[beyond], values[values.size() - 1 - beyond]};
    trimmed_ = y_.high - y_.low > 3 * (central.high - central.low) && central.high > central.low;
    if (trimmed_) y_ = central;
  }

  const Chart& chart_;
  Range x_, y_;
  double bottom_ = 0;
  bool trimmed_ = false;
};

class Drawing {
 public:
  explicit Drawing(const Chart& chart) : chart_(chart), frame_(chart) {
    svg_ << std::fixed << std::setprecision(1);
  }

  std::string svg() {
    svg_ << "<svg viewBox=\"0 0 " << kWidth << ' ' << kHeight << "\" role=\"img\" aria-label=\""
         << escaped(chart_.title) << "\">\n";
    axes();
    for (std::size_t i = 0; i < chart_.series.size(); ++i)
      chart_.bars ? bars(i) : curve(chart_.series[i]);
    svg_ << "</svg>\n";
    return svg_.str();
  }
  bool empty() const { return frame_.empty(); }
  bool trimmed() const { return frame_.trimmed(); }

 private:
  void line(double x1, double y1, double x2, double y2, const std::string& kind) {
    svg_ << "<path class=\"" << kind << "\" d=\"M" << x1 << ' ' << y1 << 'L' << x2 << ' ' << y2
         << "\"/>\n";
  }
  void text(double x, double y, const char* anchor, const std::string& words,
            const std::string& turned = "") {
    svg_ << "<text x=\"" << x << "\" y=\"" << y << "\" text-anchor=\"" << anchor << '"' << turned
         << '>' << escaped(words) << "</text>\n";
  }

  void axes() {
    const double bottom = frame_.bottom(), right = kWidth - kRight;
    const auto& [low, high] = std::pair(frame_.y_range().low, frame_.y_range().high);
    for (const double tick : ticks(low, high, 5, chart_.log_y)) {
      line(kLeft, frame_.y(tick), right, frame_.y(tick), "rule");
      text(kLeft - 5, frame_.y(tick) + 4, "end", number(tick));
    }
    line(kLeft, kTop, kLeft, bottom, "axis");
    line(kLeft, bottom, right, bottom, "axis");
    if (chart_.categories.empty())
      for (const double tick : ticks(frame_.x_range().low, frame_.x_range().high, 6, false)) {
        line(frame_.x(tick), bottom, frame_.x(tick), bottom + 4, "axis");
        text(frame_.x(tick), bottom + 16, "middle", number(tick, 6));
      }
    for (std::size_t i = 0; i < chart_.categories.size(); ++i) {
      const double x = frame_.x(static_cast<double>(i));
      std::ostringstream turned;
      turned << " transform=\"rotate(-22 " << x << ' ' << bottom + 14 << ")\"";
      text(x, bottom + 14, "end", shortened(chart_.categories[i]), turned.str());
    }
    text((kLeft + right) / 2, kHeight - 5, "middle", chart_.x_label);
    std::ostringstream turned;
    turned << " transform=\"rotate(-90 12 " << (kTop + bottom) / 2 << ")\"";
    text(12, (kTop + bottom) / 2, "middle", chart_.y_label, turned.str());
  }

  void curve(const Series& series) {
    std::ostringstream path;
    path << std::fixed << std::setprecision(1);
    char go = 'M';
    for (const Point& p : thinned(series.points)) {
      if (!frame_.drawn(p)) {
        go = 'M';
        continue;
      }
      path << go << frame_.x(p.x) << ' ' << frame_.y(p.y);
      go = 'L';
    }
    const std::string color = std::to_string(series.color % kColors);
    svg_ << "<path class=\"curve s" << color << '"' << dashes(series.color) << " d=\"" << path.str()
         << "\"/>\n";
    for (const Point& p : series.points) {
      if (!frame_.drawn(p)) continue;
      if (p.error > 0)
        line(frame_.x(p.x), frame_.y_clamped(p.y - p.error), frame_.x(p.x), frame_.y(p.y + p.error),
             "curve s" + color);
      if (series.markers || series.points.size() == 1)
        svg_ << "<circle class=\"f" << color << "\" r=\"3\" cx=\"" << frame_.x(p.x) << "\" cy=\""
             << frame_.y(p.y) << "\"/>\n";
    }
  }

  void bars(std::size_t i) {
    const Series& series = chart_.series[i];
    const double group = frame_.x(1) - frame_.x(0),
                 width = 0.8 * group / static_cast<double>(chart_.series.size());
    for (const Point& p : series.points) {
      if (!frame_.drawn(p)) continue;
      const double left = frame_.x(p.x) - 0.4 * group + width * static_cast<double>(i);
      const double top = frame_.y(p.y);
      svg_ << "<rect class=\"f" << series.color % kColors << "\" x=\"" << left << "\" y=\"" << top
           << "\" width=\"" << 0.9 * width << "\" height=\"" << std::max(0.0, frame_.bottom() - top)
           << "\"/>\n";
    }
  }

 public:
  static std::string dashes(int color) {
    constexpr const char* patterns[] = {"", "6 3", "2 2", "8 2 2 2"};
    const char* pattern = patterns[color / kColors % 4];
    return *pattern ? std::string(" stroke-dasharray=\"") + pattern + "\"" : "";
  }

 private:
  const Chart& chart_;
  const Frame frame_;
  std::ostringstream svg_;
};

std::string legend(const Chart& chart) {
  std::set<std::string> seen = {""};
  std::string html;
  for (const Series& series : chart.series) {
    const std::string& name = series.legend.empty() ? series.name : series.legend;
    if (!seen.insert(name).second) continue;
    const std::string color = std::to_string(series.color % kColors);
    html += "<li><svg viewBox=\"0 0 24 10\" aria-hidden=\"true\">";
    html += chart.bars ? "<rect class=\"f" + color + "\" width=\"16\" height=\"10\"/>"
                       : "<path class=\"curve s" + color + "\"" + Drawing::dashes(series.color) +
                             " d=\"M0 5L24 5\"/>";
    html += "</svg>" + escaped(name) + "</li>\n";
  }
  return html.empty() ? "" : "<ul class=\"legend\">\n" + html + "</ul>\n";
}

std::string csv_of(const Chart& chart) {
  std::string csv =
      "series," + std::string(chart.categories.empty() ? "x" : "label") + ",y,error\n";
  const auto plain = [](std::string text) {
    std::ranges::replace(text, ',', ';');
    return text;
  };
  for (const Series& series : chart.series)
    for (const Point& p : thinned(series.points))
      csv += plain(series.name) + "," +
             (chart.categories.empty() ? number(p.x, 9)
                                       : plain(chart.categories[static_cast<std::size_t>(p.x)])) +
             "," + number(p.y, 7) + "," + (p.error > 0 ? number(p.error, 7) : "") + "\n";
  return csv;
}

}  // namespace

std::vector<double> ticks(double low, double high, int count, bool logarithmic) {
  std::vector<double> found;
  if (logarithmic && high / low > 3) {
    const double decades = std::log10(high / low);
    const double skip = std::max(1.0, std::ceil(decades / count));
    for (double power = std::floor(std::log10(low)); power <= std::log10(high); power += skip)
      for (const double digit : {1.0, 2.0, 5.0}) {
        const double tick = digit * std::pow(10, power);
        if (tick >= low && tick <= high && (digit == 1 || decades < 2)) found.push_back(tick);
      }
    return found;
  }
  const double rough = (high - low) / count, power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double digit : {5.0, 2.0, 1.0})
    if (digit * power >= rough) step = digit * power;
  const double first = std::ceil(low / step);
  for (int i = 0; i <= 2 * count && (first + i) * step <= high; ++i)
    found.push_back((first + i) * step);
  return found;
}

std::string as_html(const Chart& chart) {
  Drawing drawing(chart);
  if (chart.series.empty() || drawing.empty()) return "";
  return "<figure class=\"chart\">\n<p class=\"title\">" + escaped(chart.title) + "</p>\n" +
         drawing.svg() + legend(chart) + "<figcaption>" + escaped(chart.caption) +
         (drawing.trimmed() ? " The axis spans the central 94 % of the values. " : " ") +
         csv_link(chart.name + ".csv", csv_of(chart)) + "</figcaption>\n</figure>\n";
}

}  // namespace gan::report
