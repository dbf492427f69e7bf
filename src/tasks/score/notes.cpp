// Writes the notes on rows and positions.
#include "tasks/score/notes.h"

#include <algorithm>

#include "tasks/score/rows.h"

namespace groel::tasks {
namespace {

// Why rows are no part of a comparison with measured values; empty where all are.
std::string uncompared_text(const VariantTable& table) {
  if (!table.has_target) return {};
  std::int64_t failed = 0, unmeasured = 0;
  for (const VariantRow& row : table.rows) {
    failed += row.error ? 1 : 0;
    unmeasured += !row.error && std::isnan(row.measured) ? 1 : 0;
  }
  if (failed + unmeasured == 0) return {};
  return fmt::format("compared are {} of {} rows: {} failed, {} without a measured value",
                     static_cast<std::int64_t>(table.rows.size()) - failed - unmeasured, table.rows.size(), failed,
                     unmeasured);
}

std::string offset_text(const VariantTable& table, const WildType& protein) {
  const bool failed =
      std::any_of(table.rows.begin(), table.rows.end(), [](const VariantRow& row) { return row.error.has_value(); });
  if (!failed) return {};
  const auto fitting = fitting_offset(table.rows, protein.sequence);
  if (!fitting) return {};
  const bool all = fitting->agreeing == fitting->residues;
  return fmt::format(
      "{} would agree with the sequence with --offset {}{}",
      all ? std::string("every variant") : fmt::format("{} of {} residues", fitting->agreeing, fitting->residues),
      fitting->offset + protein.offset,
      fitting->offset + protein.offset == -1 ? " (do the positions count from 0?)" : "");
}

}  // namespace

std::vector<std::string> notes_before(const VariantTable& table, const WildType& protein, const ScoreOptions& options) {
  std::vector<std::string> out;
  if (options.scan || options.method.value == "pseudo-perplexity")
    if (std::string note = unscored_note(protein.sequence, protein.offset); !note.empty())
      out.push_back(std::move(note));
  for (std::string& note : row_notes(table.rows)) out.push_back(std::move(note));
  return out;
}

std::vector<std::string> notes_after(const VariantTable& table, const WildType& protein) {
  std::vector<std::string> out;
  for (std::string note : {offset_text(table, protein), uncompared_text(table)})
    if (!note.empty()) out.push_back(std::move(note));
  return out;
}

nlohmann::ordered_json unscored_json(const WildType& protein) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const std::int64_t position : unscored_positions(protein.sequence))
    out.push_back({{"position", position + protein.offset},
                   {"residue", protein.sequence.substr(static_cast<std::size_t>(position - 1), 1)}});
  return out;
}

}  // namespace groel::tasks
