#include "engine/ops/pointwise.h"

#include "engine/backend.h"
#include "engine/op.h"
#include "engine/strides.h"

namespace engine {

enum class Unary : int {
#define UNARY(name, ...) name,
#define UNARY_WITH UNARY
#include "engine/ops/pointwise.def"
};
enum class Binary : int {
#define BINARY(name, ...) name,
#define BINARY_WITH BINARY
#include "engine/ops/pointwise.def"
};

namespace rows {

struct MapOp : Op {
  Unary row;
  RowConstants constants;
  MapOp(Unary row, RowConstants constants) : row(row), constants(constants) {}
  Settings settings() const override { return {{"a", {constants.a}}, {"b", {constants.b}}}; }
  Shape shape(Inputs in) const override { return in[0].shape(); }
  void forward(Inputs in, const Tensor& z) const override {
    z.backend().map(row, constants, z.size(), in[0].data(), z.data());
  }
};

struct ZipOp : Op {
  Binary row;
  RowConstants constants;
  ZipOp(Binary row, RowConstants constants) : row(row), constants(constants) {}
  Settings settings() const override { return {{"a", {constants.a}}, {"b", {constants.b}}}; }
  Shape shape(Inputs in) const override { return broadcast(name(), in[0].shape(), in[1].shape()); }
  void forward(Inputs in, const Tensor& z) const override {
    const Strides strides = broadcast_strides(z.shape(), in[0].shape(), in[1].shape());
    z.backend().zip(row, constants, strides, in[0].data(), in[1].data(), z.data());
  }
};

}  // namespace rows

static const Tensor none;  // in the derivative columns: nothing flows

// Each row becomes an op whose vjp is the row's derivative columns, and the function that applies
// it. `y` is the last operand: the only one of a unary row, which has no second column.
#define ROW_OP(NAME, BASE, DX, DY, ONNX)                                            \
  struct NAME##_op : rows::BASE {                                                   \
    using BASE::BASE;                                                               \
    const char* name() const override { return #NAME; }                             \
    const char* onnx() const override { return ONNX; }                              \
    Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor& z) const override { \
      [[maybe_unused]] const Tensor &x = in.front(), &y = in.back(), &unused = z;   \
      [[maybe_unused]] const Real a = constants.a, b = constants.b;                 \
      (void)g;                                                                      \
      return i == 0 ? Tensor(DX) : Tensor(DY);                                      \
    }                                                                               \
  };
#define UNARY(name, value, dx, ...)           \
  ROW_OP(name, MapOp, dx, none, #__VA_ARGS__) \
  Tensor name(const Tensor& x) { return apply(name##_op(Unary::name, {}), {x}); }
#define UNARY_WITH(name, value, dx, ...)               \
  ROW_OP(name, MapOp, dx, none, #__VA_ARGS__)          \
  Tensor name(const Tensor& x, Real a, Real b) {       \
    return apply(name##_op(Unary::name, {a, b}), {x}); \
  }
#define BINARY(name, value, dx, dy, ...)               \
  ROW_OP(name, ZipOp, dx, dy, #__VA_ARGS__)            \
  Tensor name(const Tensor& x, const Tensor& y) {      \
    return apply(name##_op(Binary::name, {}), {x, y}); \
  }
#define BINARY_WITH(name, value, dx, dy, ...)                     \
  ROW_OP(name, ZipOp, dx, dy, #__VA_ARGS__)                       \
  Tensor name(const Tensor& x, const Tensor& y, Real a, Real b) { \
    return apply(name##_op(Binary::name, {a, b}), {x, y});        \
  }
#include "engine/ops/pointwise.def"

}  // namespace engine
