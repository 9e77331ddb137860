// One TensorFlow node as a rewriting row sees it: its attributes, its inputs, and the model that
// receives the equivalent ONNX nodes.
//
//   void relu6(const Rewrite& r) { r.emit("Clip", {r.input(0)}, {{"min", 0.f}, {"max", 6.f}}); }
//
// Errors: Unsupported for a node without an equivalent.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/graph/rewrite.h"

namespace engine::graph {

// One node being rewritten.
struct Rewrite {
  const tensorflow::NodeDef& node;
  Model& model;
  std::vector<std::string> in;

  const tensorflow::AttrValue* attribute(const char* name) const {
    const auto found = node.attr().find(name);
    return found == node.attr().end() ? nullptr : &found->second;
  }
  bool flag(const char* name, bool otherwise = false) const {
    return attribute(name) ? attribute(name)->b() : otherwise;
  }
  float real(const char* name, float otherwise) const {
    return attribute(name) ? attribute(name)->f() : otherwise;
  }
  std::string text(const char* name, const std::string& otherwise) const {
    return attribute(name) ? attribute(name)->s() : otherwise;
  }
  // Height and width of a list [1, height, width, 1].
  std::vector<Index> height_and_width(const char* name) const {
    const auto* a = attribute(name);
    if (a == nullptr) return {1, 1};
    const auto& list = a->list().i();
    if (list.size() != 4 || list[0] != 1 || list[3] != 1) unsupported(name, " over other axes");
    return {list[1], list[2]};
  }
  const std::string& input(std::size_t i) const {
    check(i < in.size(), model.path, ": node '", node.name(), "' (", node.op(), "): has ",
          in.size(), " inputs");
    return in[i];
  }
  // The integers of an input that must be a constant.
  const Whole& numbers(std::size_t i) const {
    if (const auto bad = model.unreadable.find(input(i)); bad != model.unreadable.end())
      std::rethrow_exception(bad->second);
    const auto found = model.constants.find(input(i));
    if (found == model.constants.end()) unsupported("input ", i, " is not a constant");
    return found->second.whole();
  }

  // The bits of a mask of TensorFlow's StridedSlice.
  bool bit(const char* mask, std::size_t i) const {
    return attribute(mask) && i < 63 && ((attribute(mask)->i() >> i) & 1) != 0;
  }
  Index integer(const char* name, Index otherwise) const {
    return attribute(name) ? attribute(name)->i() : otherwise;
  }

  // A constant beside this node; returns its name.
  std::string constant(const char* suffix, const Shape& shape, Whole numbers) const {
    const std::string name = node.name() + "/" + suffix;
    model.constants.insert_or_assign(name, Value(shape, std::move(numbers)));
    return name;
  }
  void emit(const char* op, std::vector<std::string> inputs,
            std::map<std::string, Attribute> attributes = {}) const {
    model.nodes.push_back(
        {node.name(), op, std::move(inputs), {node.name()}, std::move(attributes)});
  }
  std::map<std::string, Attribute> window() const {
    if (text("data_format", "NHWC") != "NHWC") unsupported("data_format ", text("data_format", ""));
    const std::string padding = text("padding", "VALID");
    if (padding != "SAME" && padding != "VALID") unsupported("padding ", padding);
    return {{"auto_pad", padding == "SAME" ? std::string("SAME_UPPER") : padding},
            {"strides", height_and_width("strides")}};
  }
};

// A row of the tables of rewritings: an op of TensorFlow and its function.
struct RewriteRow {
  const char* op;
  void (*run)(const Rewrite&);
};

std::span<const RewriteRow> index_rewrites();  // ops that index, slice, join and permute

}  // namespace engine::graph
