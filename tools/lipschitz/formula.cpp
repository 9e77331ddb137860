#include "tools/lipschitz/formula.h"

#include <algorithm>
#include <cctype>
#include <regex>

#include "engine/check.h"

namespace lipschitz {

using engine::Index;

Formula::Formula(const std::string& where, const std::string& text, const std::string& name) {
  std::string packed;  // without spaces
  std::remove_copy_if(text.begin(), text.end(), std::back_inserter(packed),
                      [](unsigned char c) { return std::isspace(c); });
  const std::string letters = [&] {
    std::string found;
    for (const char c : name.substr(name.find('[')))
      if (std::isalpha(static_cast<unsigned char>(c))) found += c;
    return found;
  }();
  const std::size_t start = packed.find(name + "=");
  static const std::regex pattern(R"(^\(\(([0-9a-z*+]+)\)mod(\d{1,9})\)-(\d{1,9}))");
  std::smatch match;
  constexpr std::size_t kMost = 1000;  // std::regex recurses for each letter
  const std::string right =
      start == std::string::npos ? "" : packed.substr(start + name.size() + 1, kMost);
  const std::string shown = text.substr(0, 200) + (text.size() > 200 ? "..." : "");
  engine::check(std::regex_search(right, match, pattern), where, ": no formula \"", name,
                " = ((...) mod m) - s\" in \"", shown, "\"");
  modulus_ = std::stoll(match[2]);
  offset_ = std::stoll(match[3]);
  engine::check(modulus_ > 0, where, ": modulus 0 in \"", shown, "\"");
  const std::string terms = match[1];
  static const std::regex term(R"((\d{1,9})\*([a-z])(\+|$))");
  std::size_t read = 0;
  for (std::sregex_iterator it(terms.begin(), terms.end(), term), end; it != end; ++it) {
    const std::size_t letter = letters.find((*it)[2].str());
    if (letter == std::string::npos) break;
    factors_[letter] = std::stoll((*it)[1]);
    read += it->length();
  }
  engine::check(read == terms.size(), where, ": terms c*x of ", name, " are needed in \"", shown,
                "\"");
}

double Formula::operator()(const std::array<Index, 4>& indices) const {
  Index sum = 0;
  for (int i = 0; i < 4; ++i) sum += factors_[i] * indices[i];
  return static_cast<double>(sum % modulus_ - offset_);
}

}  // namespace lipschitz
