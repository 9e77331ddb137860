// Call: one node as a row of the op table sees it: inputs, attributes and results, with helpers for
// common tasks. Errors need not name the node: the caller adds file, node and op. Cost: a look-up.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "engine/graph/model.h"
#include "engine/ops/reduce.h"

namespace engine::graph {

class Call {
 public:
  Call(const Node& node, int opset, bool nhwc, std::span<const Value> inputs,
       std::span<Value> outputs, Index most)
      : node_(node), opset_(opset), nhwc_(nhwc), inputs_(inputs), outputs_(outputs), most_(most) {}

  // Inputs, in order. An optional one may be missing in the middle or at the end.
  int inputs() const { return static_cast<int>(inputs_.size()); }
  int outputs() const { return static_cast<int>(outputs_.size()); }
  bool has(int i) const { return i < inputs() && inputs_[i].defined(); }
  const Value& in(int i) const;
  Tensor image(int i) const;  // [N, spatial..., C]; a kernel: [O, spatial..., I]
  const Whole& numbers(int i) const { return in(i).whole(); }
  double number(int i) const;  // the one number of input i, real or whole

  void out(Value value, int i = 0) const;
  void out_image(const Tensor& x) const;  // of the first input's type, [N, spatial..., C]

  // Attributes. The second form: an attribute in old opsets, input i in new ones.
  bool given(const char* name) const { return node_.attributes.contains(name); }
  template <class T>
  T get(const char* name, const T& otherwise) const {
    const auto found = node_.attributes.find(name);
    if (found == node_.attributes.end()) return otherwise;
    const T* value = std::get_if<T>(&found->second);
    check(value != nullptr, "attribute ", name, " is of the wrong type");
    return *value;
  }
  Index integer(const char* name, Index otherwise) const { return get(name, otherwise); }
  float real(const char* name, float otherwise) const { return get(name, otherwise); }
  std::string text(const char* name, const std::string& otherwise) const {
    return get(name, otherwise);
  }
  std::vector<Index> integers(const char* name, const std::vector<Index>& otherwise) const {
    return get(name, otherwise);
  }
  std::vector<Index> integers(const char* name, int i, const std::vector<Index>& otherwise) const {
    if (has(i)) return {numbers(i).begin(), numbers(i).end()};
    return integers(name, otherwise);
  }
  const Attribute& attribute(const char* name) const;  // Errors: it is missing
  Index whole(const char* name) const;                 // the same

  int opset() const { return opset_; }
  bool nhwc() const { return nhwc_; }

  // Call this before making a result larger than the inputs. Errors: it is too large.
  void allow(const Shape& shape) const;
  // The shape with these extents, after allow().
  Shape shape(const std::vector<Index>& extents) const;

 private:
  const Node& node_;
  int opset_;
  bool nhwc_;
  std::span<const Value> inputs_;
  std::span<Value> outputs_;
  Index most_;
};

// Real operands of an elementwise op, in the same order of axes and with ranks that broadcast.
struct Operands {
  std::vector<Tensor> tensors;
  Type type;
  bool channels_last;
  const Tensor& operator[](int i) const { return tensors[i]; }
  Value value(const Tensor& result) const {
    return channels_last ? Value::image(result, type) : Value(result, type);
  }
};
Operands operands(const Call& call, int first, int count);

// Places in stored() of axes in the file's order, as reductions take them.
Axes places(const Value& x, const std::vector<Index>& axes);

}  // namespace engine::graph
