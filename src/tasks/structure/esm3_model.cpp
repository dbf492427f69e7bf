// Reads coordinates, confidence and aligned errors of ESM3's JSON.
#include "tasks/structure/esm3_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text_file.h"
#include "esm3/prompt.h"
#include "esm3/structure_file.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

// Rows and columns of breaks between chains are left out.
PairMatrix pae_of(const json& rows, const std::string& sequence, const std::string& path) {
  PairMatrix out;
  const bool fits = rows.is_array() && rows.size() == sequence.size() &&
                    std::all_of(rows.begin(), rows.end(), [&](const json& row) { return row.size() == rows.size(); });
  if (!fits)
    throw Error(ErrorKind::bad_input,
                {fmt::format("pae: not {} rows of as many numbers, one for each residue", sequence.size()), path, {}});
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    if (sequence[i] == '|') continue;
    ++out.size;
    for (std::size_t j = 0; j < sequence.size(); ++j)
      if (sequence[j] != '|')
        out.values.push_back(rows[i][j].is_number() ? rows[i][j].get<float>()
                                                    : std::numeric_limits<float>::quiet_NaN());
  }
  return out;
}

Esm3Model model_of(const json& from, const std::string& path) {
  esm3::Prompt prompt = esm3::prompt_of(from, path);
  ESMProtein& protein = prompt.protein;
  if (from.contains("plddt")) protein.plddt = from["plddt"].get<std::vector<float>>();
  const std::size_t residues = protein.coordinates.size() / (37 * 3);
  if (!protein.plddt.empty() && protein.plddt.size() != residues)
    throw Error(ErrorKind::bad_input,
                {fmt::format("plddt: {} numbers for {} residues", protein.plddt.size(), residues), path, {}});
  Esm3Model out{prompt.id, esm3::mmcif_of(protein, prompt.id), {}, std::numeric_limits<double>::quiet_NaN()};
  if (from.contains("ptm") && from["ptm"].is_number()) out.ptm = from["ptm"].get<double>();
  if (from.contains("pae"))
    out.confidences.pae = pae_of(from["pae"], protein.sequence.value_or(std::string(residues, 'X')), path);
  return out;
}

}  // namespace

bool is_json_file(const std::string& path) {
  return path.ends_with(".json") || path.ends_with(".json.gz") || path.ends_with(".json.zst");
}

std::vector<Esm3Model> read_esm3_models(const std::string& path, std::int64_t& left_out) {
  const json all = parse_json(read_confidence_text(path), path, ErrorKind::bad_input);
  const auto list = all.is_object() ? all.find("prompts") : all.end();
  std::vector<Esm3Model> out;
  try {
    for (const json& one : list != all.end() ? *list : json::array({all}))
      if (one.is_object() && one.contains("coordinates"))
        out.push_back(model_of(one, path));
      else
        ++left_out;
  } catch (const json::exception& error) {
    throw Error(ErrorKind::bad_input, {fmt::format("a field of the wrong kind: {}", error.what()), path, {}});
  }
  if (out.empty())
    throw Error(ErrorKind::bad_input, {"there is no protein with coordinates in this file", path,
                                       "what `groel esm3 fold -o NAME.json` writes is expected, or mmCIF or PDB"});
  return out;
}

}  // namespace groel::tasks
