// HTML in small pieces: text made safe, data as links that need no network.
// Errors: none. Cost: a pass over the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gan::report {

// Text as it may stand between tags and in quoted attributes, on one line.
std::string escaped(std::string_view text);

// "data:image/png;base64,..." Source: RFC 2397 and RFC 4648.
std::string data_uri(const char* type, std::string_view bytes);

// A table of texts; the first row is its header. Columns from `numbers` on are set to the right.
std::string html_table(const std::vector<std::vector<std::string>>& rows, std::size_t numbers);

// A link that saves this text as a CSV file of this name.
std::string csv_link(const std::string& name, std::string_view csv,
                     const std::string& words = "data (CSV)");

// A whole page: doctype, style, title and body.
std::string html_page(const std::string& title, const std::string& body);

}  // namespace gan::report
