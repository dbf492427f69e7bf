// The variants of a score run: rows of a table, words of the command line, or all single substitutions.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "bio/variants.h"
#include "tasks/score/options.h"

namespace groel::tasks {

struct VariantRow {
  std::string name;                     ///< as written; for messages
  std::string where;                    ///< "dms.csv:17"; empty where there is no file
  std::vector<std::string> fields;      ///< as in the input, as many as the header has
  bio::Variant variant;                 ///< positions in the sequence
  std::optional<std::string> sequence;  ///< the variant's whole sequence, where that is what was given
  double measured = NAN;                ///< of --target-column; NaN: none
  std::optional<Error> error;           ///< this row alone cannot be scored
};

struct VariantTable {
  std::vector<std::string> header;
  std::vector<VariantRow> rows;
  bool has_target = false;
  std::vector<std::string> notes{};     ///< what was read otherwise than it is written, or is missing; to be said
  std::vector<std::string> warnings{};  ///< what was left out although it is not missing; to be said
};

/// --variants (a table, or variants separated by commas) with --mutation-column, --sequence-column, --target-column,
/// --offset, or --scan. Every row is checked against the wild type. Errors: usage; bad_input for a table without rows,
/// without such a column, or without any measured value. Those of a row stay with it.
VariantTable read_variants(const ScoreOptions& options, const std::string& wild_type);

}  // namespace groel::tasks
