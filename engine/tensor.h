// Tensor: a handle to an immutable, contiguous array of Real and to the op that made it.
//
// Copying a Tensor copies the handle, and a const Tensor is a const handle, as shared_ptr is.
// Values never change once computed, except through the functions of update.h and power_iteration,
// for owners of a fixed address: optimizers (raw parameters), State, loaders. There is no .grad
// field and no requires_grad: grad.h walks from a result to the tensors it is given.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/free_lists.h"
#include "engine/shape.h"

namespace engine {

struct Node;
struct Op;
class Backend;
class Storage;
struct Operand;

class Tensor {
 public:
  Tensor() = default;                   // no tensor; `defined()` is false
  explicit Tensor(const Shape& shape);  // memory on the current device, its values not yet set
  // The same for bfloat16 values, for a result that the device narrows (Backend::narrows).
  static Tensor bfloat16(const Shape& shape);

  // A leaf holding these values. Errors: their number is not the size of the shape.
  static Tensor from(const Shape& shape, const std::vector<Real>& values);
  // A leaf that shares the memory of `whole`, from `offset` on. Errors: out of range.
  static Tensor view(const Tensor& whole, Index offset, const Shape& shape);

  bool defined() const { return node_ != nullptr; }
  const Shape& shape() const;
  int rank() const { return shape().rank(); }
  Index size() const { return shape().size(); }
  Index dim(int i) const { return shape()[i]; }

  // The value of a tensor with one element. Waits for the device. Errors: more than one element.
  Real item() const;
  // All values, copied to the host. Waits for the device.
  std::vector<Real> values() const;

  Tensor detach() const;  // the same memory as a leaf: gradients stop here
  Tensor clone() const;   // a leaf with memory of its own, on the same device

  // Device memory: as Reals; as it is, for verbs that read either kind; and to change it in place.
  Real* data() const;
  Operand operand() const;
  Real* mutable_data() const;
  Backend& backend() const;
  Node* node() const { return node_.get(); }
  bool unique() const { return node_.use_count() == 1; }  // no other handle to this node
  // Deleted, because it could mean two things: equal(x, y) compares values, node() handles.
  bool operator==(const Tensor& other) const = delete;

 private:
  friend Tensor on_tape(std::shared_ptr<const Op> op, Tensor out, std::span<const Tensor> inputs);
  Tensor(const Shape& shape, Backend& backend, bool narrow = false);
  explicit Tensor(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  std::shared_ptr<Node> node_;
};

using TensorList = FreeListVector<Tensor>;  // a vector that does not allocate from the heap

// One value of the graph. `id` counts creations, so inputs are always older than their users.
struct Node {
  Shape shape;
  std::shared_ptr<Storage> storage;
  Index offset = 0;              // of the first element in the storage
  std::shared_ptr<const Op> op;  // null for a leaf
  TensorList inputs;
  std::uint64_t id = 0;
  ~Node();
};

// The tape of this thread: whether results remember their op and inputs, so that gradients can be
// computed. `always` records even inside NoGrad, for tracing.
enum class Tape { off, on, always };
bool grad_mode();  // whether it is on (the default)

// Switches the tape for a scope.
class GradMode {
 public:
  explicit GradMode(Tape tape);
  explicit GradMode(bool on) : GradMode(on ? Tape::on : Tape::off) {}
  ~GradMode();
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  Tape before_;
};

// Results computed in this scope are leaves.
struct NoGrad : GradMode {
  NoGrad() : GradMode(Tape::off) {}
};

// Tensors of one value, on the current device.
Tensor zeros(const Shape& shape);
Tensor ones(const Shape& shape);
Tensor full(const Shape& shape, Real value);
Tensor scalar(Real value);

}  // namespace engine
