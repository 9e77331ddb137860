// TracedOp: a recorded op, in both traces, as its writer (the last column of the table of ops) sees
// it, and the means to write ONNX nodes for it. An image is stored in the model in the engine's
// order of axes (plain) or in ONNX's (channels first); it is transposed once if a writer needs the
// other order. Errors: name the op.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/graph/write_onnx.h"
#include "engine/op.h"

namespace engine::graph {

// A value in both traces.
struct Traced {
  Tensor first, second;  // the same value, from batches of different size
};

// A value of the model: its name and its order of axes.
struct Written {
  std::string name;
  bool channels_first = false;
};

// The names that values have in the model.
class TraceNames {
 public:
  explicit TraceNames(Builder& net) : net(net) {}
  void set(const Traced& value, const Written& written);
  const Written* find(const Traced& value) const;  // null: it does not depend on the input
  // In the engine's order of axes; or channels first, for four axes or a constant of fewer. Errors:
  // a value that is not written and differs between the traces.
  std::string name(const Traced& value, bool channels_first);
  std::string next(const std::string& kind);  // "weight_0", "weight_1"

  Builder& net;

 private:
  std::map<std::string, int> counts_;
  std::map<const void*, Written> written_;
  std::map<std::pair<const void*, bool>, std::string> turned_;
};

class TracedOp {
 public:
  TracedOp(TraceNames& names, const Traced& value);

  int count() const { return static_cast<int>(inputs_.size()); }
  const Shape& shape(int i) const { return inputs_[i].first.shape(); }
  const Shape& shape() const { return value_.first.shape(); }
  // Extents of the result; -1 where they depend on the batch.
  std::vector<Index> extents() const;
  bool depends_on_batch(int input, int axis) const;
  // Errors: a setting that the op lacks, or that depends on the batch.
  double setting(const std::string& name) const;
  std::vector<Index> whole(const std::string& name) const;
  const Traced& value() const { return value_; }
  const Op& op() const;

  // Whether the op is best written channels first: all that it reads, and its result, are images,
  // and one is there in that order.
  bool images_channels_first() const;
  int axis(int i) const;           // where an axis of an image lies in the order chosen so
  std::string in(int i) const;     // in that order
  std::string plain(int i) const;  // in the engine's order
  std::string image(int i) const;  // channels first
  std::string image(const Traced& value) const { return names_.name(value, true); }
  // With its elements in the engine's order: plain, or with one pixel or one channel.
  std::string in_sequence(int i) const;

  // Constants.
  std::string number(double x) const;
  std::string numbers(const std::vector<Index>& list) const;
  std::string reals(const std::vector<Real>& list) const;

  using Attributes = std::map<std::string, Attribute>;
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const Attributes& attributes = {}) const;
  // The result as one node, in the order that in() chose.
  Written result(const std::string& op, const std::vector<std::string>& inputs,
                 const Attributes& attributes = {}) const;

  [[noreturn]] void refuse(const std::string& why) const;

 private:
  std::vector<double> settings(const std::string& name) const;
  TraceNames& names_;
  Traced value_;
  std::vector<Traced> inputs_;
};

}  // namespace engine::graph
