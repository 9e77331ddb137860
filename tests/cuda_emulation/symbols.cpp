#include "symbols.h"

#include <cxxabi.h>
#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace emulation {
namespace {

struct Program {
  std::uintptr_t base = 0;
  std::map<std::uintptr_t, std::string> functions;
  std::vector<Variable> variables;
  Range constants;
};

int look_at_headers(dl_phdr_info* info, std::size_t, void* found) {
  auto& program = *static_cast<Program*>(found);
  program.base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W)) continue;
    const auto* begin = reinterpret_cast<const unsigned char*>(info->dlpi_addr + segment.p_vaddr);
    if (!program.constants.begin) program.constants.begin = begin;
    program.constants.bytes = begin + segment.p_memsz - program.constants.begin;
  }
  return 1;  // the first is the program itself
}

const Program& program() {
  static const Program loaded = [] {
    Program p;
    dl_iterate_phdr(look_at_headers, &p);
    std::ifstream in("/proc/self/exe", std::ios::binary);
    const std::string file{std::istreambuf_iterator<char>(in), {}};
    const auto& header = *reinterpret_cast<const Elf64_Ehdr*>(file.data());
    const auto* sections = reinterpret_cast<const Elf64_Shdr*>(file.data() + header.e_shoff);
    for (int s = 0; s < header.e_shnum; ++s) {
      if (sections[s].sh_type != SHT_SYMTAB) continue;
      const auto* symbols = reinterpret_cast<const Elf64_Sym*>(file.data() + sections[s].sh_offset);
      const char* names = file.data() + sections[sections[s].sh_link].sh_offset;
      for (std::size_t i = 0; i < sections[s].sh_size / sizeof(Elf64_Sym); ++i) {
        const Elf64_Sym& symbol = symbols[i];
        if (symbol.st_shndx == SHN_UNDEF) continue;
        const int type = ELF64_ST_TYPE(symbol.st_info);
        if (type == STT_FUNC) p.functions.emplace(p.base + symbol.st_value, names + symbol.st_name);
        if (type == STT_TLS) p.variables.push_back({symbol.st_value, symbol.st_size});
      }
    }
    return p;
  }();
  return loaded;
}

int look_at_thread(dl_phdr_info* info, std::size_t, void* found) {
  auto& range = *static_cast<Range*>(found);
  for (int i = 0; i < info->dlpi_phnum; ++i)
    if (info->dlpi_phdr[i].p_type == PT_TLS)
      range = {static_cast<const unsigned char*>(info->dlpi_tls_data), info->dlpi_phdr[i].p_memsz};
  return 1;
}

}  // namespace

std::string function_name(const void* function) {
  const auto found = program().functions.find(reinterpret_cast<std::uintptr_t>(function));
  if (found == program().functions.end()) {
    std::ostringstream text;
    text << "at " << function;
    return text.str();
  }
  int status = 0;
  char* plain = abi::__cxa_demangle(found->second.c_str(), nullptr, nullptr, &status);
  std::string name = status == 0 ? plain : found->second;
  std::free(plain);
  // Its name is enough: the parameters of a kernel template fill a screen.
  if (const auto parameters = name.find('(');
      parameters != std::string::npos && parameters > 0 && name.find("(anonymous") != parameters)
    name.resize(parameters);
  return name;
}

const std::vector<Variable>& thread_local_variables() { return program().variables; }

Range thread_local_block() {
  Range range;
  dl_iterate_phdr(look_at_thread, &range);
  return range;
}

Range constants() { return program().constants; }

}  // namespace emulation
