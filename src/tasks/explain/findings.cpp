// Writes what `groel explain` found.
#include "tasks/explain/findings.h"

#include "base/words.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/id_parts.h"
#include "tasks/reading/input.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

const std::vector<std::string> kProteinColumns{"id",       "rank",     "feature", "maximum",    "mean",
                                               "residues", "position", "residue", "description"};
const std::vector<std::string> kResidueColumns{"id",      "position",   "residue",    "rank",
                                               "feature", "activation", "description"};

const std::string& residue_at(const Explained& record, std::int64_t position) {
  return record.residues[static_cast<std::size_t>(position - 1)];
}

void append_protein(std::string& csv, const Explanations& all, const Explained& record) {
  for (std::size_t i = 0; i < record.protein.size(); ++i) {
    const ProteinFeature& one = record.protein[i];
    append_row(csv, std::vector<std::string>{record.id, std::to_string(i + 1), std::to_string(one.feature),
                                             fmt::format("{}", one.maximum), number_text(one.mean),
                                             std::to_string(one.residues), std::to_string(one.position),
                                             residue_at(record, one.position), all.descriptions.of(one.feature)});
  }
}

void append_residues(std::string& csv, const Explanations& all, const Explained& record) {
  for (std::size_t p = 0; p < record.features.size(); ++p)
    for (std::size_t i = 0; i < record.features[p].size(); ++i) {
      const Fired& one = record.features[p][i];
      append_row(csv, std::vector<std::string>{record.id, std::to_string(p + 1), record.residues[p],
                                               std::to_string(i + 1), std::to_string(one.feature),
                                               fmt::format("{}", one.activation), all.descriptions.of(one.feature)});
    }
}

void describe(ordered_json& row, const Explanations& all, std::int32_t feature) {
  if (const std::string& text = all.descriptions.of(feature); !text.empty()) row["description"] = text;
}

ordered_json protein_json(const Explanations& all, const Explained& record) {
  ordered_json out = ordered_json::array();
  for (const ProteinFeature& one : record.protein) {
    out.push_back({{"feature", one.feature},
                   {"maximum", one.maximum},
                   {"mean", one.mean},
                   {"residues", one.residues},
                   {"position", one.position},
                   {"residue", residue_at(record, one.position)}});
    describe(out.back(), all, one.feature);
  }
  return out;
}

ordered_json residues_json(const Explanations& all, const Explained& record) {
  ordered_json out = ordered_json::array();
  for (std::size_t p = 0; p < record.features.size(); ++p) {
    ordered_json features = ordered_json::array();
    for (const Fired& one : record.features[p]) {
      features.push_back({{"feature", one.feature}, {"activation", one.activation}});
      describe(features.back(), all, one.feature);
    }
    out.push_back({{"position", p + 1}, {"residue", record.residues[p]}, {"features", features}});
  }
  return out;
}

// Of a line: no blanks where there is no description.
std::string ending(const Explanations& all, std::int32_t feature) {
  const std::string& text = all.descriptions.of(feature);
  return text.empty() ? text : "  " + text;
}

void print_protein(const Explanations& all, const Explained& record, std::ostream& out) {
  out << fmt::format("  {:>8} {:>10} {:>10} {:>9} {:>8}  {}\n", "feature", "maximum", "mean", "residues", "at",
                     "description");
  for (const ProteinFeature& one : record.protein)
    out << fmt::format("  {:>8} {:>10.4f} {:>10.4f} {:>9} {:>8}{}\n", one.feature, one.maximum, one.mean, one.residues,
                       residue_at(record, one.position) + std::to_string(one.position), ending(all, one.feature));
}

void print_residues(const Explanations& all, const Explained& record, std::ostream& out) {
  out << fmt::format("  {:>8} {:>8} {:>10}  {}\n", "residue", "feature", "activation", "description");
  for (std::size_t p = 0; p < record.features.size(); ++p)
    for (const Fired& one : record.features[p])
      out << fmt::format("  {:>8} {:>8} {:>10.4f}{}\n", record.residues[p] + std::to_string(p + 1), one.feature,
                         one.activation, ending(all, one.feature));
}

}  // namespace

std::string to_csv(const Explanations& findings) {
  std::string out;
  append_row(out, findings.by_residue ? kResidueColumns : kProteinColumns);
  for (const Explained& record : findings.records) {
    if (record.error) continue;
    findings.by_residue ? append_residues(out, findings, record) : append_protein(out, findings, record);
  }
  return out;
}

ordered_json to_json(const Explanations& findings) {
  ordered_json out{{"model", findings.model},
                   {"layer", findings.layer},
                   {"features", findings.features},
                   {"top", findings.top},
                   {"records", ordered_json::array()}};
  ordered_json errors = ordered_json::array();
  for (const Explained& record : findings.records) {
    if (record.error) {
      errors.push_back(error_json(record.id, *record.error));
      continue;
    }
    ordered_json row{{"id", record.id}, {"length", record.residues.size()}};
    if (findings.by_residue)
      row["residues"] = residues_json(findings, record);
    else
      row["features"] = protein_json(findings, record);
    out["records"].push_back(std::move(row));
  }
  if (!errors.empty()) out["errors"] = errors;
  return out;
}

void print(const Explanations& findings, std::ostream& out) {
  for (const Explained& record : findings.records) {
    if (record.error) continue;
    out << fmt::format("{}, {}\n", short_name(record.id), counted(record.residues.size(), "residue"));
    findings.by_residue ? print_residues(findings, record, out) : print_protein(findings, record, out);
  }
}

}  // namespace groel::tasks
