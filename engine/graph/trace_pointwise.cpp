// The rows of pointwise.def in ONNX's words: one row each.
#include "engine/graph/traced_op.h"

namespace engine::graph {
namespace {

// 1 where the node's condition holds, else 0.
Written indicator(const TracedOp& t, const std::string& condition) {
  return t.result("Cast", {condition}, {{"to", Index{1}}});
}

std::string is_positive(const TracedOp& t, const std::string& x) {
  return t.node("Greater", {x, t.number(0)});
}

// (1 - x x) y
Written tanh_grad(const TracedOp& t) {
  const std::string square = t.node("Mul", {t.in(0), t.in(0)});
  return t.result("Mul", {t.node("Sub", {t.number(1), square}), t.in(1)});
}

// x (1 - x) y
Written sigmoid_grad(const TracedOp& t) {
  const std::string slope = t.node("Mul", {t.in(0), t.node("Sub", {t.number(1), t.in(0)})});
  return t.result("Mul", {slope, t.in(1)});
}

// 1 where x > y, 0.5 where they are equal
Written over(const TracedOp& t) {
  const Written more = indicator(t, t.node("Greater", {t.in(0), t.in(1)}));
  const Written same = indicator(t, t.node("Equal", {t.in(0), t.in(1)}));
  return t.result("Add", {more.name, t.node("Mul", {same.name, t.number(0.5)})});
}

// 1 where a <= x <= b
Written inside(const TracedOp& t) {
  const std::string low = t.node("GreaterOrEqual", {t.in(0), t.number(t.setting("a"))}),
                    high = t.node("LessOrEqual", {t.in(0), t.number(t.setting("b"))});
  return indicator(t, t.node("And", {low, high}));
}

const Writer kPointwise[] = {
    {"neg", "Neg"},
    {"exp", "Exp"},
    {"log", "Log"},
    {"log1p", nullptr,
     [](const TracedOp& t) {
       return t.result("Log", {t.node("Add", {t.in(0), t.number(1)})});
     }},
    {"sqrt", "Sqrt"},
    {"rsqrt", nullptr,
     [](const TracedOp& t) { return t.result("Reciprocal", {t.node("Sqrt", {t.in(0)})}); }},
    {"reciprocal", "Reciprocal"},
    {"square", nullptr,
     [](const TracedOp& t) {
       return t.result("Mul", {t.in(0), t.in(0)});
     }},
    {"abs", "Abs"},
    {"sign", "Sign"},
    {"floor", "Floor"},
    {"round", "Round"},
    {"step", nullptr, [](const TracedOp& t) { return indicator(t, is_positive(t, t.in(0))); }},
    {"relu", "Relu"},
    {"tanh", "Tanh"},
    {"sigmoid", "Sigmoid"},
    {"softplus", "Softplus"},
    {"sin", "Sin"},
    {"cos", "Cos"},
    {"scale", nullptr,
     [](const TracedOp& t) {
       return t.result("Mul", {t.in(0), t.number(t.setting("a"))});
     }},
    {"shift", nullptr,
     [](const TracedOp& t) {
       return t.result("Add", {t.in(0), t.number(t.setting("a"))});
     }},
    {"divide_into", nullptr,
     [](const TracedOp& t) {
       return t.result("Div", {t.number(t.setting("a")), t.in(0)});
     }},
    {"power", nullptr,
     [](const TracedOp& t) {
       return t.result("Pow", {t.in(0), t.number(t.setting("a"))});
     }},
    {"leaky_relu", nullptr,
     [](const TracedOp& t) {
       return t.result("LeakyRelu", {t.in(0)}, {{"alpha", static_cast<float>(t.setting("a"))}});
     }},
    {"elu", nullptr,
     [](const TracedOp& t) {
       return t.result("Elu", {t.in(0)}, {{"alpha", static_cast<float>(t.setting("a"))}});
     }},
    {"clamp", nullptr,
     [](const TracedOp& t) {
       return t.result("Clip", {t.in(0), t.number(t.setting("a")), t.number(t.setting("b"))});
     }},
    {"inside", nullptr, inside},
    {"add", "Add"},
    {"sub", "Sub"},
    {"mul", "Mul"},
    {"div", "Div"},
    {"maximum", "Max"},
    {"minimum", "Min"},
    {"equal", nullptr,
     [](const TracedOp& t) {
       return indicator(t, t.node("Equal", {t.in(0), t.in(1)}));
     }},
    {"greater", nullptr,
     [](const TracedOp& t) {
       return indicator(t, t.node("Greater", {t.in(0), t.in(1)}));
     }},
    {"over", nullptr, over},
    {"gate", nullptr,
     [](const TracedOp& t) {
       return t.result("Where", {is_positive(t, t.in(1)), t.in(0), t.number(0)});
     }},
    {"leaky_gate", nullptr,
     [](const TracedOp& t) {
       const std::string less = t.node("Mul", {t.in(0), t.number(t.setting("a"))});
       return t.result("Where", {is_positive(t, t.in(1)), t.in(0), less});
     }},
    {"tanh_grad", nullptr, tanh_grad},
    {"sigmoid_grad", nullptr, sigmoid_grad},
    // Functions of one number that ONNX has: a row of pointwise.def with such a name needs no more.
    {"acos", "Acos"},
    {"acosh", "Acosh"},
    {"asin", "Asin"},
    {"asinh", "Asinh"},
    {"atan", "Atan"},
    {"atanh", "Atanh"},
    {"ceil", "Ceil"},
    {"cosh", "Cosh"},
    {"erf", "Erf"},
    {"floor", "Floor"},
    {"sinh", "Sinh"},
    {"softsign", "Softsign"},
    {"tan", "Tan"},
};

}  // namespace

std::span<const Writer> pointwise_writers() { return kPointwise; }

}  // namespace engine::graph
