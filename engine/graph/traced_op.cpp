#include "engine/graph/traced_op.h"

#include <algorithm>

#include "engine/ops/move.h"

namespace engine::graph {
namespace {

bool same_values(const Traced& value) {
  if (value.first.node() == value.second.node()) return true;
  return value.first.shape() == value.second.shape() &&
         value.first.values() == value.second.values();
}

}  // namespace

std::string TraceNames::next(const std::string& kind) {
  return kind + "_" + std::to_string(counts_[kind]++);
}

void TraceNames::set(const Traced& value, const Written& written) {
  written_[value.first.node()] = written;
}

const Written* TraceNames::find(const Traced& value) const {
  const auto found = written_.find(value.first.node());
  return found == written_.end() ? nullptr : &found->second;
}

std::string TraceNames::name(const Traced& value, bool channels_first) {
  const Written* written = find(value);
  if (written && written->channels_first == channels_first) return written->name;
  if (!written && channels_first && value.first.size() == 1) return name(value, false);
  std::string& turned = turned_[{value.first.node(), channels_first}];
  if (!turned.empty()) return turned;
  if (written) {
    const std::vector<Index> to_first{0, 3, 1, 2}, to_last{0, 2, 3, 1};
    turned =
        net.node("Transpose", {written->name}, {{"perm", channels_first ? to_first : to_last}});
    return turned;
  }
  check(same_values(value), "export: a value of shape ", value.first.shape(),
        " depends on the input in an unrecorded way (read back to the host, or created anew), or "
        "on the batch size");
  Shape aligned;
  for (int i = value.first.rank(); i < 4; ++i) aligned.push_back(1);
  for (const Index extent : value.first.shape()) aligned.push_back(extent);
  turned = channels_first ? net.kernel(next("weight"), reshape(value.first, aligned))
                          : net.constant(next("weight"), value.first);
  return turned;
}

TracedOp::TracedOp(TraceNames& names, const Traced& value) : names_(names), value_(value) {
  const TensorList &a = value.first.node()->inputs, &b = value.second.node()->inputs;
  for (std::size_t i = 0; i < a.size(); ++i) inputs_.push_back({a[i], b[i]});
}

const Op& TracedOp::op() const { return *value_.first.node()->op; }

void TracedOp::refuse(const std::string& why) const {
  fail("export: ", op().name(), " of ", shape(0), " to ", shape(), " ", why);
}

std::vector<Index> TracedOp::extents() const {
  std::vector<Index> result;
  for (int i = 0; i < shape().rank(); ++i)
    result.push_back(shape()[i] == value_.second.dim(i) ? shape()[i] : -1);
  return result;
}

bool TracedOp::depends_on_batch(int input, int axis) const {
  return shape(input)[axis] != inputs_[input].second.dim(axis);
}

std::vector<double> TracedOp::settings(const std::string& name) const {
  const Settings a = op().settings(), b = value_.second.node()->op->settings();
  if (!a.contains(name)) refuse("has no setting '" + name + "'");
  if (a.at(name) != b.at(name)) refuse("depends on the size of the batch");
  return a.at(name);
}

double TracedOp::setting(const std::string& name) const { return settings(name).at(0); }

std::vector<Index> TracedOp::whole(const std::string& name) const {
  const std::vector<double> all = settings(name);
  return {all.begin(), all.end()};
}

bool TracedOp::images_channels_first() const {
  bool any = false;
  for (const Traced& input : inputs_) {
    const Written* written = names_.find(input);
    if (!written) continue;
    if (input.first.rank() != 4) return false;
    any = any || written->channels_first;
  }
  return any && shape().rank() == 4;
}

int TracedOp::axis(int i) const {
  if (!images_channels_first()) return i;
  return i == 0 ? 0 : i == 3 ? 1 : i + 1;
}

std::string TracedOp::in(int i) const { return images_channels_first() ? image(i) : plain(i); }
std::string TracedOp::plain(int i) const { return names_.name(inputs_[i], false); }
std::string TracedOp::image(int i) const { return names_.name(inputs_[i], true); }

std::string TracedOp::in_sequence(int i) const {
  const Shape& s = shape(i);
  const bool same = s.rank() == 4 && (s[1] * s[2] == 1 || s[3] == 1);
  const Written* written = names_.find(inputs_[i]);
  return same && written ? written->name : plain(i);
}

std::string TracedOp::number(double x) const {
  return names_.net.constant(names_.next("number"), Tensor::from({}, {static_cast<Real>(x)}));
}

std::string TracedOp::numbers(const std::vector<Index>& list) const {
  return names_.net.constant(names_.next("numbers"), list);
}

std::string TracedOp::reals(const std::vector<Real>& list) const {
  return names_.net.constant(names_.next("numbers"),
                             Tensor::from({static_cast<Index>(list.size())}, list));
}

std::string TracedOp::node(const std::string& op, const std::vector<std::string>& inputs,
                           const Attributes& attributes) const {
  return names_.net.node(op, inputs, attributes);
}

Written TracedOp::result(const std::string& op, const std::vector<std::string>& inputs,
                         const Attributes& attributes) const {
  return {node(op, inputs, attributes), images_channels_first()};
}

}  // namespace engine::graph
