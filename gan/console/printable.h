// printable: makes untrusted text (names of files, classes, layers and settings) safe for a
// terminal, a table or a plot: one line, without characters that move the cursor, change colors or
// reverse the writing direction. Such characters, and bytes that are not UTF-8, become \n, \t, \x1b
// or \u202e. Every program prints such text through this function. Source: RFC 3629 for UTF-8;
// Unicode's categories Cc, Zl, Zp and the bidirectional controls of Cf. Cost: one pass. Errors:
// none.
#pragma once

#include <string>
#include <string_view>

namespace gan::console {

std::string printable(std::string_view text);

// One line on stdout (a result) or on stderr (everything else), printable.
void print(std::string_view line);
void note(std::string_view line);

}  // namespace gan::console
