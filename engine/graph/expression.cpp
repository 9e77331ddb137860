#include "engine/graph/expression.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "engine/graph/ops/table.h"

namespace engine::graph {
namespace {

class Expression {
 public:
  Expression(const TracedOp& op, std::string text) : op_(op), text_(std::move(text)) {
    std::erase(text_, ' ');
  }

  Written written() {
    const std::string name = value();
    need(at_ == text_.size());
    return {name, op_.images_channels_first()};
  }

 private:
  // The name of the value of an input, a constant or a call of an op.
  std::string value() {
    const std::string_view name = word();
    if (took('(')) return call(std::string(name));
    if (name == "x" || name == "y") return op_.in(name == "y" ? 1 : 0);
    double number = 0;
    return op_.number(read(name, number) ? number : op_.setting(std::string(name)));
  }

  std::string call(const std::string& op) {
    std::vector<std::string> inputs;
    TracedOp::Attributes attributes;
    do {
      const std::size_t begin = at_;
      const std::string name(word());
      if (took('=')) {
        attributes[name] = attribute(word());
      } else {
        at_ = begin;
        inputs.push_back(value());
      }
    } while (took(','));
    need(took(')'));
    return op_.node(op, inputs, attributes);
  }

  Attribute attribute(std::string_view name) const {
    Index number = 0;
    if (read(name, number)) return number;
    return static_cast<float>(op_.setting(std::string(name)));
  }

  template <class Number>
  static bool read(std::string_view text, Number& number) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && rest == end;
  }

  std::string_view word() {
    const std::size_t begin = at_;
    const auto inside = [](char c) { return std::isalnum(c) || c == '_' || c == '.' || c == '-'; };
    while (at_ < text_.size() && inside(text_[at_])) ++at_;
    need(at_ > begin);
    return std::string_view(text_).substr(begin, at_ - begin);
  }

  bool took(char c) {
    const bool there = at_ < text_.size() && text_[at_] == c;
    at_ += there;
    return there;
  }

  void need(bool good) const {
    if (!good) op_.refuse("is not said by '" + text_ + "', see engine/graph/expression.h");
  }

  const TracedOp& op_;
  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

Written write_traced(const TracedOp& t) {
  const char* text = t.op().onnx();
  if (text == nullptr)
    t.refuse("has no counterpart in ONNX: Op::onnx() gives none, as for gradient ops");
  const Operator* row = find_operator(text);
  return row && row->write ? row->write(t) : Expression(t, text).written();
}

}  // namespace engine::graph
