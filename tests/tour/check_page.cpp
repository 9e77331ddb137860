// check_page TABLE SOURCE: whether the last cells of a table are the lines of a program (check_cells).
// check_page ROOT PAGE SOURCE PROGRAM: whether a page of the tour is correct. Its ```cpp blocks,
// one after the other, are SOURCE; its ```text blocks are what PROGRAM prints; a block ```c++ FILE
// is quoted from that file; what it links to exists. Blank lines and spaces are free.
//
// Numbers are compared as text, or, if the page says "Tolerance: 5 %, because ...", to that much.
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;
constexpr std::size_t kMostLines = 60;  // of a program

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

Strings split(const std::string& text, bool by_line) {  // without blank lines
  std::istringstream in(text);
  Strings parts;
  for (std::string part; by_line ? !!std::getline(in, part) : !!(in >> part);)
    if (part.find_first_not_of(" \t") != std::string::npos) parts.push_back(part);
  return parts;
}

struct Block {
  std::string info, text;
};

std::vector<Block> blocks_of(const std::string& page) {
  std::istringstream in(page);
  std::vector<Block> blocks;
  bool open = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      open = !open;
      if (open) blocks.push_back({line.substr(3), ""});
    } else if (open) {
      blocks.back().text += line + '\n';
    }
  }
  if (open) throw std::runtime_error("a block of code is not closed");
  return blocks;
}

std::string joined(const std::vector<Block>& blocks, const std::string& info) {
  std::string text;
  for (const Block& block : blocks)
    if (block.info == info) text += block.text;
  return text;
}

std::string output_of(const std::string& program) {
  FILE* pipe = popen(("'" + program + "'").c_str(), "r");
  if (!pipe) throw std::runtime_error(program + ": cannot be started");
  std::string text;
  for (char part[4096]; const std::size_t size = std::fread(part, 1, sizeof part, pipe);)
    text.append(part, size);
  const int status = pclose(pipe);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(program + ": failed; it printed\n" + text);
  return text;
}

const std::regex kNumber(R"([-+]?[0-9]+(\.[0-9]*)?(e[-+]?[0-9]+)?)");

// Whether two words are equal except for numbers, which may differ by a relative tolerance.
bool near(const std::string& a, const std::string& b, double tolerance) {
  if (a == b) return true;
  if (std::regex_replace(a, kNumber, "#") != std::regex_replace(b, kNumber, "#")) return false;
  auto x = std::sregex_iterator(a.begin(), a.end(), kNumber);
  auto y = std::sregex_iterator(b.begin(), b.end(), kNumber);
  for (; x != std::sregex_iterator(); ++x, ++y) {
    const double p = std::stod(x->str()), q = std::stod(y->str());
    if (std::abs(p - q) > tolerance * std::max(std::abs(p), std::abs(q))) return false;
  }
  return true;
}

void compare(const std::string& what, const Strings& page, const Strings& truth, double tolerance) {
  for (std::size_t i = 0; i < std::max(page.size(), truth.size()); ++i) {
    const std::string shown = i < page.size() ? page[i] : "nothing",
                      is = i < truth.size() ? truth[i] : "nothing";
    if (i >= page.size() || i >= truth.size() || !near(shown, is, tolerance))
      throw std::runtime_error(what + " shows '" + shown + "' where the truth is '" + is + "'");
  }
}

double tolerance_of(const std::string& page) {
  static const std::regex stated(R"(Tolerance: ([0-9.]+) %, because [a-z])");
  std::smatch match;
  return std::regex_search(page, match, stated) ? std::stod(match[1]) / 100 : 0;
}

void check_links(const fs::path& page, std::string text) {
  for (const Block& block : blocks_of(text))
    if (!block.text.empty()) text.erase(text.find(block.text), block.text.size());
  static const std::regex link(R"(\]\(([^):#]+)[^):]*\))");
  for (auto i = std::sregex_iterator(text.begin(), text.end(), link); i != std::sregex_iterator();
       ++i)
    if (const fs::path to = page.parent_path() / i->str(1); !fs::exists(to))
      throw std::runtime_error("links to " + i->str(1) + ", which does not exist");
}

// The last cells of a table's rows are the lines of the program between its marks for clang-format.
void check_cells(const fs::path& page, const fs::path& source) {
  static const std::regex row(R"(\| `.*` \| `(.*)` \|)");
  Strings cells, lines;
  std::smatch match;
  for (const std::string& line : split(read(page), true))
    if (std::regex_match(line, match, row)) cells.push_back(match[1]);
  bool inside = false;
  for (const std::string& line : split(read(source), true)) {
    const bool mark = line.find("// clang-format") != std::string::npos;
    if (inside && !mark) lines.push_back(line.substr(line.find_first_not_of(' ')));
    if (mark) inside = !inside;
  }
  if (cells.empty()) throw std::runtime_error("has no table");
  compare("the table", cells, lines, 0);
}

void check_page(const fs::path& root, const fs::path& page, const fs::path& source,
                const std::string& program) {
  const std::string text = read(page), code = read(source);
  const std::vector<Block> blocks = blocks_of(text);
  compare("the code", split(joined(blocks, "cpp"), true), split(code, true), 0);
  const auto lines = static_cast<std::size_t>(std::ranges::count(code, '\n'));
  if (lines > kMostLines)
    throw std::runtime_error("its program has " + std::to_string(lines) + " lines, more than " +
                             std::to_string(kMostLines));
  for (const Block& block : blocks) {
    if (block.info.starts_with("c++ ")) {
      if (read(root / block.info.substr(4)).find(block.text) == std::string::npos)
        throw std::runtime_error("quotes what is not in " + block.info.substr(4));
    } else if (block.info != "cpp" && block.info != "text" && block.info != "sh") {
      throw std::runtime_error("has a block of '" + block.info + "', which nothing checks");
    }
  }
  check_links(page, text);
  const std::string printed = output_of(program);
  std::cout << printed;
  compare("the output", split(joined(blocks, "text"), false), split(printed, false),
          tolerance_of(text));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 3) {
    std::cerr << "usage: check_page ROOT PAGE SOURCE PROGRAM | check_page TABLE SOURCE\n";
    return 2;
  }
  try {
    if (argc == 3) {
      check_cells(argv[1], argv[2]);
    } else {
      check_page(argv[1], argv[2], argv[3], argv[4]);
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << argv[argc == 3 ? 1 : 2] << ": " << error.what() << '\n';
    return 1;
  }
}
