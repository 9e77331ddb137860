// Table: the rows that users choose from by name. The built-in rows come first; a program that uses
// Kantor as a library adds its own before it starts, and from then on they are like the others.
//
//   constexpr Loss kLosses[] = {{"hinge", ...}, {"wasserstein", ...}};
//   engine::Table<Loss>& losses() {
//     static engine::Table<Loss> table("loss", kLosses);
//     return table;
//   }
//   losses().add({"mine", ...});
//   losses().find("mine")
//
// Rows have a member `name`, and their addresses never change. Add rows before other threads read
// the table. Errors: find: an unknown name, listing the known ones; add: a name that is taken, or
// that has characters other than a-z, 0-9 and '-'. Cost: negligible.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <utility>

#include "engine/check.h"
#include "engine/choices.h"

namespace engine {

// The row of this name, in any list of rows.
template <class Rows>
const auto& find_row(const Rows& rows, const char* what, const std::string& name) {
  for (const auto& row : rows)
    if (row.name == name) return row;
  fail("unknown ", what, " '", name, "'; use ", alternatives(names_of(rows)));
}

template <class Row>
class Table {
 public:
  // `what` is the word for a row in messages.
  Table(const char* what, std::span<const Row> rows)
      : what_(what), rows_(rows.begin(), rows.end()) {}

  void add(Row row) {
    const std::string name = row.name;
    const bool fits = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == name.npos;
    check(fits && !name.empty(), what_, " '", name,
          "' cannot be added: use only lowercase letters, digits and '-' in a name");
    for (const Row& other : rows_)
      check(other.name != name, what_, " '", name,
            "' cannot be added: the name is taken; choose another");
    rows_.push_back(std::move(row));
  }
  const Row& find(const std::string& name) const { return find_row(rows_, what_, name); }

  const char* what() const { return what_; }
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }
  auto size() const { return rows_.size(); }

 private:
  const char* what_;
  std::deque<Row> rows_;
};

}  // namespace engine
