// Finds a row of a table (losses, models, constraints, presets) by its name. Errors: an unknown
// name, with the known ones.
#pragma once

#include <span>
#include <string>

#include "engine/check.h"
#include "engine/choices.h"

namespace gan::console {

template <class Row>
const Row& find(std::span<const Row> rows, const char* what, const std::string& name) {
  for (const Row& row : rows)
    if (row.name == name) return row;
  engine::fail(what, " '", name, "' is unknown: give ",
               engine::alternatives(engine::names_of(rows)));
}

}  // namespace gan::console
