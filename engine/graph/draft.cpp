#include "engine/graph/draft.h"

#include <unordered_map>

namespace engine::graph {
namespace {

std::string title(const Model& model, const Node& node) {
  return model.path + ": node '" + node.name + "' (" + node.op + ")";
}

// The nodes that what is wanted needs, each after those that it reads.
class Order {
 public:
  Order(const Model& model, const std::vector<std::string>& fed) : model_(model) {
    state_.resize(model.nodes.size());
    given_.insert(fed.begin(), fed.end());
    for (std::size_t i = 0; i < model.nodes.size(); ++i)
      for (const std::string& output : model.nodes[i].outputs)
        if (!output.empty())
          check(makers_.emplace(output, i).second, title(model, model.nodes[i]),
                ": another node makes '", output, "' too");
  }

  // An explicit stack, for a file may be a chain of a million nodes.
  void visit(const std::string& name) {
    enter(name, nullptr);
    while (!stack_.empty()) {
      auto& [index, next] = stack_.back();
      const Node& node = model_.nodes[index];
      if (next < node.inputs.size()) {
        enter(node.inputs[next++], &node);
      } else {
        state_[index] = State::done;
        order_.push_back(index);
        stack_.pop_back();
      }
    }
  }

  const std::vector<std::size_t>& order() const { return order_; }

 private:
  enum class State : char { unseen, open, done };

  void enter(const std::string& name, const Node* reader) {
    if (name.empty() || given_.contains(name)) return;
    const auto maker = makers_.find(name);
    if (maker == makers_.end()) {
      if (model_.constants.contains(name)) return;
      if (const auto reason = model_.unreadable.find(name); reason != model_.unreadable.end())
        std::rethrow_exception(reason->second);
      for (const Port& input : model_.inputs)
        check(input.name != name, model_.path, ": input '", name, "' must be fed");
      fail(reader ? title(model_, *reader) : model_.path, ": nothing makes '", name, "'");
    }
    State& state = state_[maker->second];
    check(state != State::open, title(model_, model_.nodes[maker->second]),
          ": depends on its own result");
    if (state == State::done) return;
    state = State::open;
    stack_.emplace_back(maker->second, 0);
  }

  const Model& model_;
  std::set<std::string> given_;
  std::unordered_map<std::string, std::size_t> makers_;
  std::vector<State> state_;
  std::vector<std::pair<std::size_t, std::size_t>> stack_;
  std::vector<std::size_t> order_;
};

// "Foo (node 'a', node 'b' and 3 more), Bar (node 'c')"
void refuse_unsupported(const Draft& draft) {
  std::map<std::string, std::vector<std::string>> nodes;
  for (const Node& node : draft.nodes)
    if (find_operator(node.op) == nullptr) nodes[node.op].push_back(node.name);
  if (nodes.empty()) return;
  std::string list;
  for (const auto& [op, names] : nodes) {
    constexpr std::size_t kShown = 3;
    list += (list.empty() ? "" : ", ") + op + " (";
    for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
      list += (i ? ", node '" : "node '") + names[i] + "'";
    if (names.size() > kShown) list += " and " + std::to_string(names.size() - kShown) + " more";
    list += ")";
  }
  throw Unsupported(draft.model.path + ": not supported: " + list);
}

}  // namespace

Draft make_draft(const Model& model, const std::vector<std::string>& fed,
                 const std::vector<std::string>& wanted) {
  Order order(model, fed);
  for (const std::string& name : wanted) order.visit(name);
  Draft draft{model, {}, model.constants, {wanted.begin(), wanted.end()}};
  for (const std::string& name : fed) draft.constants.erase(name);
  for (const std::size_t i : order.order()) draft.nodes.push_back(model.nodes[i]);
  refuse_unsupported(draft);
  resolve_aliases(draft);
  fold_constants(draft);
  fold_batch_norms(draft);
  average_late(draft);
  fuse_activations(draft);
  if (!model.nhwc) settle_kernels(draft.nodes, draft.constants);  // those made just now
  drop_unused(draft);
  return draft;
}

void run_node(const Model& model, const Node& node, const Operator& row,
              std::span<const Value> inputs, std::span<Value> outputs, Index most) {
  try {
    row.run(Call(node, model.opset, model.nhwc, inputs, outputs, most));
  } catch (const TooLarge& error) {
    throw TooLarge(title(model, node) + ": " + error.what());
  } catch (const Unsupported& error) {
    throw Unsupported(title(model, node) + ": not supported: " + error.what());
  } catch (const Error& error) {
    fail(title(model, node), ": ", error.what());
  }
}

}  // namespace engine::graph
