// Einsum: sums of products over named axes, "bij,bjk->bik". Two operands are one stack of matrix
// products; more of them are taken from left to right.
#include <algorithm>
#include <string>
#include <vector>

#include "engine/graph/ops/matrix.h"
#include "engine/graph/ops/table.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"

namespace engine::graph {
namespace {

// A tensor and a letter for each of its axes. Axes of "..." are digits, the last one '0'.
struct Term {
  Tensor x;
  std::string letters;
};

bool in(const std::string& letters, char letter) {
  return letters.find(letter) != std::string::npos;
}

// The letters of one operand, for a rank; -1: as many as "..." needs is not known.
std::string spelled(const std::string& text, int dots) {
  std::string letters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 3, "...") == 0) {
      for (int k = dots; k-- > 0;) letters += static_cast<char>('0' + k);
      i += 2;
      continue;
    }
    const bool letter = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z');
    check(letter, "'", text[i], "' in an equation; letters and one '...' are needed");
    letters += text[i];
  }
  return letters;
}

// x with its axes in this order; letters that it lacks become axes of extent 1. All of its own must
// be among them.
Tensor arranged(const Term& t, const std::string& letters) {
  std::vector<int> order;
  Shape shape;
  for (const char letter : letters) {
    const std::size_t at = t.letters.find(letter);
    if (at != std::string::npos) order.push_back(static_cast<int>(at));
    shape.push_back(at == std::string::npos ? 1 : t.x.dim(static_cast<int>(at)));
  }
  return reshape(reordered(t.x, order), shape);
}

// Sums over the axes whose letters are not kept.
Term summed(const Term& t, const std::string& kept) {
  Axes axes;
  std::string letters;
  for (std::size_t i = 0; i < t.letters.size(); ++i)
    in(kept, t.letters[i]) ? letters.push_back(t.letters[i]) : axes.push_back(static_cast<int>(i));
  return {axes.empty() ? t.x : sum(t.x, axes), letters};
}

// A letter that stands twice in one operand names the diagonal of its two axes.
Term without_twins(const Call& c, Term t) {
  for (std::size_t i = 0; i < t.letters.size(); ++i) {
    const std::size_t twin = t.letters.find(t.letters[i], i + 1);
    if (twin == std::string::npos) continue;
    const Index n = t.x.dim(static_cast<int>(i));
    check(t.x.dim(static_cast<int>(twin)) == n, "no diagonal of ", t.x.shape());
    std::string others = t.letters;
    others.erase(twin, 1);
    others.erase(i, 1);
    t.letters[twin] = '*';
    const std::string order = others + t.letters[i] + '*';
    const Tensor square = arranged(t, order);
    c.allow(square.shape());
    std::vector<Real> ones(static_cast<std::size_t>(n * n), 0);
    for (Index k = 0; k < n; ++k) ones[k * n + k] = 1;
    const Tensor diagonal = gate(square, expand_to(Tensor::from({n, n}, ones), square.shape()));
    return without_twins(c, {sum(diagonal, {-1}), order.substr(0, order.size() - 1)});
  }
  return t;
}

Index extent_of(const Term& t, char letter) {
  const std::size_t at = t.letters.find(letter);
  return at == std::string::npos ? 1 : t.x.dim(static_cast<int>(at));
}

// a and b as stacks of matrices [shared, a's own, summed] and [shared, summed, b's own].
Term product_of(const Call& c, const Term& all_a, const Term& all_b, const std::string& kept) {
  const Term a = summed(all_a, kept + all_b.letters), b = summed(all_b, kept + all_a.letters);
  std::string shared, own_a, own_b, over;
  for (const char letter : a.letters)
    (!in(b.letters, letter) ? own_a : in(kept, letter) ? shared : over) += letter;
  for (const char letter : b.letters)
    if (!in(a.letters, letter)) own_b += letter;
  Shape shape;
  std::vector<Index> size(4, 1);
  Term grown_a = a, grown_b = b;
  for (const char letter : a.letters + own_b) {  // extents of 1 are broadcast
    const Index p = extent_of(a, letter), q = extent_of(b, letter), n = p == 1 ? q : p;
    check((p == n || p == 1) && (q == n || q == 1), "axis ", letter, " is ", p, " and ", q);
    for (Term* t : {&grown_a, &grown_b})
      if (const std::size_t at = t->letters.find(letter); at != std::string::npos) {
        Shape to = t->x.shape();
        to[static_cast<int>(at)] = n;
        c.allow(to);
        t->x = expand_to(t->x, to);
      }
    const int kind = in(shared, letter) ? 0 : in(own_a, letter) ? 1 : in(over, letter) ? 2 : 3;
    size[kind] *= n;
  }
  for (const char letter : shared + own_a + own_b)
    shape.push_back(std::max(extent_of(grown_a, letter), extent_of(grown_b, letter)));
  const Tensor left =
      reshape(arranged(grown_a, shared + own_a + over), {size[0], size[1], size[2]});
  const Tensor right =
      reshape(arranged(grown_b, shared + over + own_b), {size[0], size[2], size[3]});
  return {reshape(product(c, left, right), shape), shared + own_a + own_b};
}

void einsum(const Call& c) {
  std::string equation = c.text("equation", "");
  std::erase(equation, ' ');
  const std::size_t arrow = equation.find("->");
  std::vector<std::string> parts(1);
  for (const char letter : equation.substr(0, arrow))
    if (letter == ',')
      parts.emplace_back();
    else
      parts.back() += letter;
  check(static_cast<int>(parts.size()) == c.inputs(), "equation '", equation, "' is of ",
        parts.size(), " operands, not ", c.inputs());
  std::vector<Term> terms;
  int most_dots = 0;
  std::string seen;
  for (int i = 0; i < c.inputs(); ++i) {
    if (c.in(i).is_whole()) unsupported("not supported for ", name_of(c.in(i).type()));
    const bool dotted = parts[i].find("...") != std::string::npos;
    const int named = static_cast<int>(parts[i].size()) - (dotted ? 3 : 0);
    const int dots = dotted ? c.in(i).rank() - named : 0;
    const std::string letters = spelled(parts[i], dots);
    check(dots >= 0 && static_cast<int>(letters.size()) == c.in(i).rank(), "'", parts[i],
          "' names the axes of ", c.in(i).shape());
    most_dots = std::max(most_dots, dots);
    seen += letters;
    terms.push_back(without_twins(c, {c.in(i).tensor(), letters}));
  }
  std::string result;
  if (arrow != std::string::npos) {
    result = spelled(equation.substr(arrow + 2), most_dots);
  } else {  // the dots, then every letter that stands once, in order
    for (int k = most_dots; k-- > 0;) result += static_cast<char>('0' + k);
    std::string sorted = seen;
    std::sort(sorted.begin(), sorted.end());
    for (const char letter : sorted)
      if (letter >= 'A' && std::count(seen.begin(), seen.end(), letter) == 1) result += letter;
  }
  for (const char letter : result)
    check(in(seen, letter) && std::count(result.begin(), result.end(), letter) == 1, "axis ",
          letter, " of the result '", result, "' is not an axis of an operand, or occurs twice");
  Term total = terms[0];
  for (std::size_t i = 1; i < terms.size(); ++i) {
    std::string kept = result;
    for (std::size_t k = i + 1; k < terms.size(); ++k) kept += terms[k].letters;
    total = product_of(c, total, terms[i], kept);
  }
  c.out(Value(arranged(summed(total, result), result), c.in(0).type()));
}

const Operator kEinsumOperators[] = {
    {"Einsum", einsum},
};

}  // namespace

std::span<const Operator> einsum_operators() { return kEinsumOperators; }

}  // namespace engine::graph
