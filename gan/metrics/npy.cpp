#include "gan/metrics/npy.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>

#include "engine/check.h"
#include "engine/graph/graph.h"

namespace gan::metrics {
namespace {

using engine::check;

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostAxes = 6;
static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");

template <class To, class T>
std::vector<To> converted(const std::string& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  // An empty vector has no address, which memcpy may not be given.
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return {values.begin(), values.end()};
}

std::vector<double> halves(const std::string& bytes) {
  std::vector<double> values;
  for (const double bits : converted<double, std::uint16_t>(bytes))
    values.push_back(engine::graph::from_half(static_cast<std::uint16_t>(bits)));
  return values;
}

// What is read, by NumPy's name.
struct NumberType {
  const char* name;
  Index bytes;
  std::vector<double> (*doubles)(const std::string&);
  std::vector<std::int64_t> (*wholes)(const std::string&);  // null: not whole numbers
};

template <class T>
constexpr NumberType whole(const char* name) {
  return {name, sizeof(T), converted<double, T>, converted<std::int64_t, T>};
}

constexpr NumberType kNumberTypes[] = {
    {"<f8", 8, converted<double, double>, nullptr},
    {"<f4", 4, converted<double, float>, nullptr},
    {"<f2", 2, halves, nullptr},
    whole<std::uint8_t>("|u1"),
    whole<std::int8_t>("|i1"),
    whole<std::uint16_t>("<u2"),
    whole<std::int16_t>("<i2"),
    whole<std::uint32_t>("<u4"),
    whole<std::int32_t>("<i4"),
    whole<std::uint64_t>("<u8"),
    whole<std::int64_t>("<i8"),
};

const NumberType* find_type(const std::string& name) {
  const auto* row =
      std::ranges::find_if(kNumberTypes, [&](const NumberType& t) { return name == t.name; });
  return row == std::end(kNumberTypes) ? nullptr : row;
}

// The header: a Python dict literal of three keys, written by numpy but by others, too.
struct Header {
  std::string type;
  std::optional<bool> fortran;
  std::optional<std::vector<Index>> extents;
  std::size_t end = 0;  // where the numbers begin
};

class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& what) : text_(text), what_(what) {}

  Header read() {
    Header header;
    expect('{');
    while (!next_is('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr")
        header.type = type();
      else if (key == "fortran_order")
        header.fortran = boolean();
      else if (key == "shape")
        header.extents = extents();
      else
        broken();
      if (!next_is(',') && peek() != '}') broken();
    }
    if (peek() != '\0' || header.type.empty() || !header.fortran || !header.extents) broken();
    return header;
  }

 private:
  [[noreturn]] void broken() const {
    engine::fail(what_, ": the array's header is broken at byte ", at_, " of it");
  }
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool next_is(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!next_is(c)) broken();
  }
  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') broken();
    const std::size_t end = text_.find(quote, ++at_);
    if (end == std::string_view::npos) broken();
    const std::string inside(text_.substr(at_, end - at_));
    at_ = end + 1;
    return inside;
  }
  std::string type() {
    check(peek() != '[', what_, ": holds records; an array of numbers is needed");
    const std::string name = quoted();
    // The order of bytes: of one alone there is none, "=" is the machine's, "|" is neither.
    std::string usual = name;
    if (usual.size() == 3 && usual[0] != '>') usual[0] = usual[2] == '1' ? '|' : '<';
    check(find_type(usual) != nullptr, what_, ": is of NumPy's type '", name,
          "'; float16 to float64 or whole numbers, little-endian, are needed, as by "
          ".astype('<f8')");
    return usual;
  }
  bool boolean() {
    peek();
    for (const std::string_view word : {"True", "False"})
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return word == "True";
      }
    broken();
  }
  std::vector<Index> extents() {
    std::vector<Index> all;
    expect('(');
    while (!next_is(')')) {
      Index extent = 0;
      if (peek() < '0' || peek() > '9') broken();
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
        extent = extent * 10 + (text_[at_++] - '0');
        if (extent > Index{1} << 40) broken();
      }
      if (peek() == 'L') ++at_;  // a long of Python 2
      if (!next_is(',') && peek() != ')') broken();
      if (all.size() == kMostAxes) broken();
      all.push_back(extent);
    }
    return all;
  }

  std::string_view text_;
  const std::string& what_;
  std::size_t at_ = 0;
};

Index size_of(const std::vector<Index>& extents, Index most) {
  Index size = 1;
  for (const Index extent : extents)
    if (extent == 0) return 0;
  for (const Index extent : extents) {
    if (extent > most / size) return most + 1;
    size *= extent;
  }
  return size;
}

// The header of a file of `length` bytes, which are as many as it promises.
Header checked_header(std::string_view front, std::uint64_t length, const std::string& what) {
  check(front.size() >= 10 && front.starts_with(kMagic), what, ": is not a NumPy array");
  const int version = static_cast<std::uint8_t>(front[6]);
  check(version >= 1 && version <= 3, what, ": is an array of format version ", version,
        "; 1 to 3 are known");
  const std::size_t digits = version == 1 ? 2 : 4;  // bytes of the header's length
  std::uint32_t text = 0;
  check(front.size() >= 8 + digits, what, ": is cut off in its header");
  std::memcpy(&text, front.data() + 8, digits);
  check(text <= kNpyFront - 8 - digits, what, ": has a header of ", text,
        " bytes, more than any array needs");
  check(text <= front.size() - 8 - digits, what, ": is cut off in its header");
  Header header = HeaderReader(front.substr(8 + digits, text), what).read();
  header.end = 8 + digits + text;

  const Index each = find_type(header.type)->bytes, there = static_cast<Index>(length - header.end);
  const Index size = size_of(*header.extents, there);
  check(size <= there && size * each == there, what, ": ", there,
        " bytes of numbers are not what its shape and type take");
  return header;
}

// From Fortran order: the first index varies fastest there, the last one here.
std::string row_major(std::string_view from, const std::vector<Index>& extents, Index each) {
  std::string to(from.size(), '\0');
  std::vector<Index> index(extents.size(), 0);
  for (std::size_t element = 0; element * each < from.size(); ++element) {
    Index place = 0;
    for (std::size_t axis = 0; axis < extents.size(); ++axis)
      place = place * extents[axis] + index[axis];
    std::memcpy(to.data() + place * each, from.data() + element * each, each);
    for (std::size_t axis = 0; axis < extents.size() && ++index[axis] == extents[axis]; ++axis)
      index[axis] = 0;
  }
  return to;
}

}  // namespace

NpyArray NpyArray::from(const std::vector<Index>& extents, const std::vector<double>& values) {
  return {
      "<f8", extents,
      std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double))};
}

Index NpyArray::size() const { return static_cast<Index>(bytes.size()) / find_type(type)->bytes; }

std::vector<double> NpyArray::doubles(const std::string& what) const {
  constexpr double kExact = 0x1p53;
  std::vector<double> values = find_type(type)->doubles(bytes);
  if (is_whole())
    for (const double value : values)
      check(std::abs(value) < kExact, what, ": ", value,
            " is a whole number of 2^53 or more, not all of which float64 holds");
  return values;
}

std::vector<std::int64_t> NpyArray::wholes() const { return find_type(type)->wholes(bytes); }

NpyArray parse_npy(std::string_view bytes, const std::string& what) {
  const Header header = checked_header(bytes, bytes.size(), what);
  const std::string_view data = bytes.substr(header.end);
  const bool turn = *header.fortran && header.extents->size() > 1;
  return {
      header.type, *header.extents,
      turn ? row_major(data, *header.extents, find_type(header.type)->bytes) : std::string(data)};
}

void check_npy_length(std::string_view front, std::uint64_t length, const std::string& what) {
  checked_header(front, length, what);
}

std::string write_npy(const NpyArray& array) {
  std::string header = "{'descr': '" + array.type + "', 'fortran_order': False, 'shape': (";
  for (const Index extent : array.extents) header += std::to_string(extent) + ", ";
  header += "), }";
  header.resize((header.size() + 10 + 64) / 64 * 64 - 10, ' ');  // numbers start at a multiple
  header.back() = '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  std::string file(kMagic);
  file += std::string("\x01\0", 2);
  file.append(reinterpret_cast<const char*>(&length), 2);
  return file + header + array.bytes;
}

}  // namespace gan::metrics
