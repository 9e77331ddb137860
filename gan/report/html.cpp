#include "gan/report/html.h"

#include "gan/console/printable.h"

namespace gan::report {
namespace {

// Eight colors that the color-blind can tell apart: Okabe and Ito (2008), with the text's own in
// place of black. Curves differ by dashes, too.
constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--bg:#fff;--fg:#1a1a1a;--soft:#666;--line:#ccc;--card:#f6f6f6;
--s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#cc79a7;--s4:#b58900;--s5:#56b4e9;--s6:#1a1a1a;--s7:#8a6d3b}
@media (prefers-color-scheme:dark){:root{--bg:#16181b;--fg:#e6e6e6;--soft:#a2a6ab;--line:#44484d;
--card:#202327;--s0:#4aa8e0;--s1:#f08a4b;--s2:#2fc79a;--s3:#e39cc6;--s4:#e0b84a;--s5:#9bd3f5;--s6:#e6e6e6;--s7:#c8a877}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:76rem;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem;
border-bottom:1px solid var(--line)}h3{font-size:1rem;margin:1rem 0 .25rem}
p{max-width:46rem}.soft,figcaption{color:var(--soft);font-size:.9rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
.number{text-align:right;font-variant-numeric:tabular-nums}
pre,code{font-size:.85rem;white-space:pre-wrap;overflow-wrap:anywhere}
pre{background:var(--card);padding:.6rem;border-radius:4px}
.charts{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr))}
figure{margin:0;min-width:0}.chart svg{width:100%;height:auto;display:block}
.chart .title{font-weight:600}.legend{font-size:.8rem;display:flex;flex-wrap:wrap;gap:.1rem .9rem;
list-style:none;padding:0;margin:.2rem 0}.legend svg{width:1.8em;height:.8em;display:inline-block;vertical-align:middle;margin-right:.3em}
svg text{fill:var(--fg);font:11px system-ui,sans-serif}.axis{stroke:var(--soft);fill:none}
.rule{stroke:var(--line);stroke-width:.6;fill:none}.curve{fill:none;stroke-width:1.6}
.strip{display:flex;gap:.6rem;overflow-x:auto;padding-bottom:.4rem}.strip figure{flex:none}
.strip img{display:block;image-rendering:pixelated;border:1px solid var(--line)}
.s0{stroke:var(--s0)}.s1{stroke:var(--s1)}.s2{stroke:var(--s2)}.s3{stroke:var(--s3)}
.s4{stroke:var(--s4)}.s5{stroke:var(--s5)}.s6{stroke:var(--s6)}.s7{stroke:var(--s7)}
.f0{fill:var(--s0)}.f1{fill:var(--s1)}.f2{fill:var(--s2)}.f3{fill:var(--s3)}
.f4{fill:var(--s4)}.f5{fill:var(--s5)}.f6{fill:var(--s6)}.f7{fill:var(--s7)}
a{color:var(--s0)}
@media print{:root{--bg:#fff;--fg:#000;--soft:#444;--line:#bbb;--card:#f6f6f6}body{max-width:none;padding:0;font-size:11pt}
figure,tr{break-inside:avoid}.wide,.strip{overflow:visible}.strip{flex-wrap:wrap}h2{break-after:avoid}.get{display:none}}
)";

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : console::printable(text)) switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  return safe;
}

std::string data_uri(const char* type, std::string_view bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string uri = std::string("data:") + type + ";base64,";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k)
      uri += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return uri;
}

std::string html_table(const std::vector<std::vector<std::string>>& rows, std::size_t numbers) {
  std::string html = "<div class=\"wide\"><table>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const char* tag = r == 0 ? "th" : "td";
    html += "<tr>";
    for (std::size_t c = 0; c < rows[r].size(); ++c)
      html += std::string("<") + tag + (c >= numbers ? " class=\"number\">" : ">") +
              escaped(rows[r][c]) + "</" + tag + ">";
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string csv_link(const std::string& name, std::string_view csv, const std::string& words) {
  return "<a class=\"get\" download=\"" + escaped(name) + "\" href=\"" + data_uri("text/csv", csv) +
         "\">" + escaped(words) + "</a>";
}

std::string html_page(const std::string& title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
         "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escaped(title) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n" + body +
         "</body>\n</html>\n";
}

}  // namespace gan::report
