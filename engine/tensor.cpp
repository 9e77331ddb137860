#include "engine/tensor.h"

#include <algorithm>
#include <atomic>
#include <limits>

#include "engine/backend.h"
#include "engine/capture.h"
#include "engine/check.h"
#include "engine/device.h"
#include "engine/op.h"
#include "engine/storage.h"
#include "engine/update.h"

namespace engine {
namespace {

thread_local Tape tape = Tape::on;
constexpr const char* kReadsBack = "reads a value back from the device";

std::shared_ptr<Node> leaf(const Shape& shape, std::shared_ptr<Storage> storage, Index offset) {
  static std::atomic<std::uint64_t> created{0};
  auto node = std::allocate_shared<Node>(FreeListAllocator<Node>());
  node->shape = shape;
  node->storage = std::move(storage);
  node->offset = offset;
  node->id = ++created;
  return node;
}

}  // namespace

Tensor::Tensor(const Shape& shape) : Tensor(shape, Device::current().backend()) {}

Tensor Tensor::bfloat16(const Shape& shape) {
  return Tensor(shape, Device::current().backend(), true);
}

Tensor::Tensor(const Shape& shape, Backend& backend, bool narrow) {
  check(std::all_of(shape.begin(), shape.end(), [](Index extent) { return extent >= 0; }),
        "tensor: invalid shape ", shape);
  const Index elements = shape.size();
  // A count of bytes must not overflow either.
  check(elements <= std::numeric_limits<Index>::max() / 16,
        "tensor: more elements than memory can hold: ", shape);
  node_ = leaf(
      shape, std::allocate_shared<Storage>(FreeListAllocator<Storage>(), backend, elements, narrow),
      0);
}

Tensor Tensor::from(const Shape& shape, const std::vector<Real>& values) {
  check(shape.size() == static_cast<Index>(values.size()), "tensor: ", values.size(),
        " values do not fill the shape ", shape);
  Tensor out(shape);
  overwrite(out, values);
  return out;
}

Tensor Tensor::view(const Tensor& whole, Index offset, const Shape& shape) {
  check(offset >= 0 && offset + shape.size() <= whole.size(), "view: ", shape, " at offset ",
        offset, " reaches beyond ", whole.shape());
  return Tensor(leaf(shape, whole.node_->storage, whole.node_->offset + offset));
}

const Shape& Tensor::shape() const {
  check(defined(), "tensor: an empty tensor has no shape");
  return node_->shape;
}

Real* Tensor::data() const { return node_->storage->data() + node_->offset; }
Operand Tensor::operand() const { return node_->storage->operand().from(node_->offset); }
Real* Tensor::mutable_data() const { return node_->storage->mutable_data() + node_->offset; }

Backend& Tensor::backend() const { return node_->storage->backend(); }

Real Tensor::item() const {
  check(size() == 1, "item: expected one element, the tensor has shape ", shape());
  Real value = 0;
  not_capturable(kReadsBack);
  backend().download(&value, data(), 1);
  return value;
}

std::vector<Real> Tensor::values() const {
  std::vector<Real> host(static_cast<std::size_t>(size()));
  not_capturable(kReadsBack);
  backend().download(host.data(), data(), size());
  return host;
}

Tensor Tensor::detach() const { return view(*this, 0, shape()); }

Tensor Tensor::clone() const {
  Tensor copy(shape(), backend());
  overwrite(copy, *this);
  return copy;
}

// Frees a long chain of nodes one by one: recursion would overflow the stack.
Node::~Node() {
  TensorList waiting = std::move(inputs);
  while (!waiting.empty()) {
    Tensor last = std::move(waiting.back());
    waiting.pop_back();
    if (!last.defined() || !last.unique()) continue;
    for (Tensor& input : last.node()->inputs) waiting.push_back(std::move(input));
    last.node()->inputs.clear();
  }
}

Tensor on_tape(std::shared_ptr<const Op> op, Tensor out, Inputs inputs) {
  out.node_->op = std::move(op);
  out.node_->inputs.assign(inputs.begin(), inputs.end());
  return out;
}

bool grad_mode() { return tape != Tape::off; }

GradMode::GradMode(Tape wanted) : before_(tape) {
  if (tape != Tape::always) tape = wanted;
}
GradMode::~GradMode() { tape = before_; }

Tensor full(const Shape& shape, Real value) {
  Tensor out(shape);
  out.backend().fill(out.data(), out.size(), value);
  return out;
}

Tensor zeros(const Shape& shape) { return full(shape, 0); }
Tensor ones(const Shape& shape) { return full(shape, 1); }
Tensor scalar(Real value) { return full({}, value); }

}  // namespace engine
