#include "engine/print.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

namespace engine {
namespace {

constexpr Index kMostPrinted = 1000, kEdgePrinted = 3;  // of elements; of an axis at each end
constexpr int kMostDigits = 8;                          // after the point
constexpr std::size_t kLineWidth = 75;                  // of a line

// The indices of an axis that are shown; -1 stands for those left out.
std::vector<Index> indices_shown(Index extent, bool shorten) {
  std::vector<Index> all;
  for (Index i = 0; i < extent; ++i) {
    if (shorten && extent > 2 * kEdgePrinted && i == kEdgePrinted) {
      all.push_back(-1);
      i = extent - kEdgePrinted;
    }
    all.push_back(i);
  }
  return all;
}

std::string digits(Real value, std::chars_format format, int most) {
  char text[512];
  auto end =
      std::to_chars(text, text + sizeof text, value, format).ptr;  // as few as distinguish it
  const std::string shortest(text, end);
  const std::size_t point = shortest.find('.'),
                    stop = std::min(shortest.find('e'), shortest.size());
  if (point == std::string::npos || stop - point - 1 <= static_cast<std::size_t>(most))
    return shortest;
  end = std::to_chars(text, text + sizeof text, value, format, most).ptr;
  return {text, end};
}

// One number, split at the decimal point for alignment: "-1" and ".5", "1" and ".25e+10".
struct PrintedNumber {
  std::string whole, rest;
};

// How the finite numbers of an array are written.
class Style {
 public:
  explicit Style(const std::vector<Real>& values) {
    Real least = 0, most = 0;
    for (const Real value : values) {
      const Real size = std::abs(value);
      if (size == 0 || !std::isfinite(size)) continue;
      least = least == 0 ? size : std::min(least, size);
      most = std::max(most, size);
    }
    if (most >= Real(1e8) || (least > 0 && (least < Real(1e-4) || most / least > 1000)))
      format_ = std::chars_format::scientific;
    for (const Real value : values) {
      if (!std::isfinite(value)) continue;
      const PrintedNumber n = split(value);
      whole_ = std::max(whole_, n.whole.size());
      rest_ = std::max(rest_, n.rest.size());
    }
    for (const Real value : values)
      if (!std::isfinite(value)) whole_ = std::max(whole_ + rest_, plain(value).size()) - rest_;
  }

  std::string text(Real value) const {
    const auto padded = [](const std::string& text, std::size_t width) {
      return std::string(width - std::min(width, text.size()), ' ') + text;
    };
    if (!std::isfinite(value)) return padded(plain(value), whole_ + rest_);
    PrintedNumber n = split(value);
    if (format_ == std::chars_format::scientific) {  // zeros before the exponent
      const std::size_t e = n.rest.find('e');
      n.rest.insert(e, rest_ - n.rest.size(), '0');
    }
    return padded(n.whole, whole_) + n.rest + std::string(rest_ - n.rest.size(), ' ');
  }

 private:
  static std::string plain(Real value) {
    return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  }
  PrintedNumber split(Real value) const {
    std::string text = digits(value, format_, kMostDigits);
    std::size_t e = std::min(text.find('e'), text.size());
    std::size_t point = text.find('.');
    if (point == std::string::npos) {
      text.insert(e, ".");
      point = e++;
    } else {  // what rounding has left
      const std::size_t last = text.find_last_not_of('0', e - 1);
      text.erase(last + 1, e - last - 1);
    }
    return {text.substr(0, point), text.substr(point)};
  }

  std::chars_format format_ = std::chars_format::fixed;
  std::size_t whole_ = 0, rest_ = 0;
};

class Printer {
 public:
  Printer(const Shape& shape, const std::vector<Real>& values)
      : shape_(shape),
        values_(values),
        shorten_(shape.size() > kMostPrinted),
        style_(picked(0, 0)) {}

  std::string text() const { return text(0, 0); }

 private:
  // The values that are shown.
  std::vector<Real> picked(int axis, Index at) const {
    if (axis == shape_.rank()) return {values_[at]};
    std::vector<Real> all;
    for (const Index i : indices_shown(shape_[axis], shorten_)) {
      if (i < 0) continue;
      const std::vector<Real> more = picked(axis + 1, at * shape_[axis] + i);
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }

  std::string text(int axis, Index at) const {
    if (axis == shape_.rank()) return style_.text(values_[at]);
    const bool row = axis + 1 == shape_.rank();
    const std::string indent(static_cast<std::size_t>(axis) + 1, ' ');
    const std::string apart =
        row ? " " : std::string(static_cast<std::size_t>(shape_.rank() - axis - 1), '\n') + indent;
    std::string all = "[";
    std::size_t line = indent.size();  // as long as the last line is by now
    for (const Index i : indices_shown(shape_[axis], shorten_)) {
      const std::string part = i < 0 ? "..." : text(axis + 1, at * shape_[axis] + i);
      const bool full = row && line + part.size() + 1 > kLineWidth;
      if (all.size() > 1) all += full ? "\n" + indent : apart;
      line = (full ? indent.size() : line) + part.size() + 1;
      all += part;
    }
    return all + "]";
  }

  const Shape& shape_;
  const std::vector<Real>& values_;
  const bool shorten_;
  const Style style_;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& x) {
  if (!x.defined()) return out << "no tensor";
  const std::vector<Real> values = x.values();
  if (x.size() == 0) return out << x.shape() << "\n[]";
  const std::string text = Printer(x.shape(), values).text();
  return out << x.shape() << '\n' << text << (x.rank() == 0 && text.back() == '.' ? "0" : "");
}

}  // namespace engine
