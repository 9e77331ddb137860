// The house rule that every public name is documented: each type, function, constant and alias that a
// header of the library declares in its namespace. Members are covered by the comment of their type.
//
// A name is documented by a comment at its declaration, by a comment above it with no empty line in
// between, by the comment that opens the file if that names it, or by being what the file is named after.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace house_names {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

Lines lines_in(std::istream& in) {
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The name that a line at namespace level declares; "" if it declares none.
std::string declared(const std::string& code) {
  static const std::regex skipped(
      "(namespace|template|requires|extern|static_assert|using namespace|friend)\\b.*|.*operator.*|"
      "(class|struct) \\w+;.*|using [\\w:, ]+;.*");
  static const std::regex type("(?:class|struct|enum class|enum) +(?:alignas\\S+ )?(\\w+).*"),
      alias("using (\\w+) *=.*"), function("[^=(]*?(\\w+) *\\(.*"),
      value("[^=({]*?(\\w+)(?:\\[\\])? *(?:=|\\{|;).*");
  std::smatch match;
  if (code.empty() || std::isalpha(static_cast<unsigned char>(code[0])) == 0) return "";
  if (std::regex_match(code, skipped)) return "";
  for (const std::regex* form : {&type, &alias, &function, &value})
    if (std::regex_match(code, match, *form)) return match[1];
  return "";
}

bool names(const std::string& text, const std::string& name) {
  return std::regex_search(text, std::regex("\\b" + name + "\\b"));
}

// "running_moments.h" is about RunningMoments.
std::string subject(const fs::path& file) {
  std::string name;
  bool start = true;
  for (const char c : file.stem().string()) {
    if (c != '_') name += start ? static_cast<char>(std::toupper(c)) : c;
    start = c == '_';
  }
  return name;
}

// The undocumented names of a header.
Lines undocumented(const fs::path& file, const Lines& lines) {
  auto line = lines.begin();
  std::string opening;
  for (; line != lines.end() && line->starts_with("//"); ++line) opening += *line + "\n";
  Lines found;
  int depth = 0;
  bool explained = false;  // by a comment above, in the same paragraph
  for (; line != lines.end(); ++line) {
    if (line->empty()) explained = false;
    if (line->starts_with("//")) explained = true;
    const std::string code = line->substr(0, line->find("//"));
    const std::string name = depth == 0 ? declared(code) : "";
    auto last = line;  // of the declaration
    while (last + 1 != lines.end() && last->find_first_of(";{") == std::string::npos) ++last;
    const bool documented = explained || last->find("//") != std::string::npos ||
                            names(opening, name) || name == subject(file);
    if (!name.empty() && !documented) found.push_back(file.string() + ": " + name);
    if (code.starts_with("namespace")) continue;
    depth += static_cast<int>(std::ranges::count(code, '{') - std::ranges::count(code, '}'));
    depth = std::max(depth, 0);  // the end of a namespace
  }
  return found;
}

bool is_public(const fs::path& file) {
  const std::string path = file.generic_string();
  return file.extension() == ".h" && !path.starts_with("engine/cpu/") &&
         !path.starts_with("engine/cuda/") && (!path.starts_with("gan/") || path == "gan/gan.h");
}

TEST_CASE("house: public names are documented") {
  const fs::path root = kSourceDir;
  for (const char* room : {"engine", "layers", "datasets", "gan"})
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const fs::path file = entry.path().lexically_relative(root);
      if (!is_public(file)) continue;
      std::ifstream in(entry.path());
      for (const std::string& name : undocumented(file, lines_in(in)))
        FAIL_CHECK(name << ": is not documented");
    }
}

TEST_CASE("house: an undocumented name is found, whatever it names") {
  const auto count = [](const std::string& text) {
    std::istringstream in("// Opens the file: see shown().\n#pragma once\n\nnamespace a {\n\n" +
                          text + "\n\n}  // namespace a\n");
    return undocumented("a/some_thing.h", lines_in(in)).size();
  };
  CHECK(count("int f(int x);") == 1);
  CHECK(count("int f(int x);  // of x") == 0);
  CHECK(count("// Of x.\nint f(int x);\nint g(int x);") == 0);
  CHECK(count("// Of x.\nint f(int x);\n\nint g(int x);") == 1);
  CHECK(count("int shown();\nstruct SomeThing {\n  int member;\n};") == 0);
  CHECK(count("struct Other {\n  int member;\n\n  int more;\n};") == 1);
  CHECK(count("template <class T>\nT f(const T& x,\n    int y);  // of both") == 0);
  CHECK(count("template <class T>\nT f(const T& x,\n    int y);") == 1);
  CHECK(count("enum class Kind { one, two };") == 1);
  CHECK(count("using Row = int;\nconstexpr int kMost = 4;\ninline int f() { return 1; }") == 3);
  CHECK(count("class Declared;\nusing std::abs;\ninline int operator+(A x, A y) { return 1; }") ==
        0);
}

}  // namespace house_names
