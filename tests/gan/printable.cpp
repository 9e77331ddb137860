// Untrusted text made printable: what is escaped and what is not.
#include "gan/console/printable.h"

#include <doctest/doctest.h>

namespace {

using gan::console::printable;

TEST_CASE("printable: text of any language stays as it is") {
  for (const char* text :
       {"", "a plain name.png", "Größe", "猫", "\xf0\x9f\x90\x88", "back\\slash"})
    CHECK(printable(text) == text);
}

TEST_CASE("printable: control characters are named") {
  CHECK(printable("two\nlines\r\tand") == "two\\nlines\\r\\tand");
  CHECK(printable("\x1b[31mred\x1b[0m") == "\\x1b[31mred\\x1b[0m");
  CHECK(printable(std::string_view("a\0b\x7f", 4)) == "a\\x00b\\x7f");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\u009b31m");                      // the one-byte escape sequence
  CHECK(printable("exe.\xe2\x80\xaegnp") == "exe.\\u202egnp");  // right to left
  CHECK(printable("a\xe2\x80\xa8"
                  "b\xe2\x81\xa6") == "a\\u2028b\\u2066");
}

TEST_CASE("printable: bytes that are not UTF-8 are named") {
  CHECK(printable("\x9b"
                  "31m") == "\\x9b31m");
  CHECK(printable("caf\xe9") == "caf\\xe9");
  CHECK(printable("\xe2\x80") == "\\xe2\\x80");           // cut off
  CHECK(printable("\xc0\x8a") == "\\xc0\\x8a");           // a line feed, longer than need be
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half of a surrogate pair
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond the last character
}

}  // namespace
