// Small cases of AlphaFold 3's data side: alignments, their pairing, templates, and how residues become tokens.
#include <algorithm>
#include <cmath>
#include <map>

#include "folding/features.h"
#include "folding/molecule.h"
#include "folding/template_features.h"
#include "folding/template_search.h"
#include "golden/af3_case.h"
#include "golden/kind.h"

namespace groel::golden {
namespace {

using nlohmann::json;

bool knows(const Case& golden) {
  return golden.holds("cases/msa_cases.json") || golden.holds("cases/layout_cases.json");
}

template <class Check>
void check_each(const json& list, const std::string& what, Rows& rows, const Check& check) {
  std::string first;
  for (const json& one : list) {
    const std::string problem = problem_of([&]() -> std::string { return check(one); });
    const std::string name =
        one.is_object() && one.contains("case") ? one["case"].get<std::string>() : one.dump().substr(0, 60);
    if (!problem.empty() && first.empty()) first = name + ": " + problem;
  }
  rows.exact(fmt::format("{} ({})", what, list.size()), first);
}

folding::Molecule molecule(const json& name) {
  return name == "rna" ? folding::Molecule::rna : name == "dna" ? folding::Molecule::dna : folding::Molecule::protein;
}

folding::Alignment alignment_of(const std::vector<std::string>& sequences, folding::Molecule kind) {
  std::vector<folding::AlignmentRow> rows;
  for (const std::string& sequence : sequences) rows.push_back({"", sequence});
  std::string query = sequences.empty() ? "" : sequences[0];
  std::erase_if(query, [](char c) { return c >= 'a' && c <= 'z'; });
  return folding::read_alignment(folding::a3m_text(rows), query, kind, "case");
}

std::string letters_differ(const json& one) {
  const auto read = [&] { return alignment_of(one["sequences"], molecule(one["type"])); };
  if (one.contains("error")) {
    try {
      read();
    } catch (const std::exception&) {
      return {};
    }
    return "no error";
  }
  const folding::Alignment alignment = read();
  json letters = json::array(), deletions = json::array();
  for (const json& row : one["msa"]) letters.insert(letters.end(), row.begin(), row.end());
  for (const json& row : one["deletions"]) deletions.insert(deletions.end(), row.begin(), row.end());
  return json(alignment.letters) != letters ? "letters" : json(alignment.deletions) != deletions ? "deletions" : "";
}

std::string fasta_differs(const json& one) {
  json sequences = json::array(), descriptions = json::array();
  for (const auto& row : folding::alignment_rows(one["text"].get<std::string>()))
    sequences.push_back(row.letters), descriptions.push_back(row.description);
  return sequences != one["sequences"]         ? sequences.dump()
         : descriptions != one["descriptions"] ? descriptions.dump()
                                               : "";
}

std::string duplicates_differ(const json& one) {
  std::vector<folding::AlignmentRow> rows;
  for (const json& sequence : one["sequences"]) rows.push_back({fmt::format("d{}", rows.size()), sequence});
  const std::string text = folding::a3m_text(folding::without_duplicates(rows));
  return text == one["a3m"] ? "" : text;
}

std::string query_differs(const json& one) {
  bool same = true;
  std::string query = one[1];
  std::erase_if(query, [](char c) { return c >= 'a' && c <= 'z'; });
  try {
    folding::read_alignment(">q\n" + one[0].get<std::string>() + "\n", query, molecule(one[2]), "case");
  } catch (const std::exception&) {
    same = false;
  }
  return same == one[3].get<bool>() ? "" : same ? "taken for the query" : "not taken for the query";
}

void check_texts(const Case& golden, Rows& rows) {
  const json all = golden.json("cases/msa_text_cases.json");
  if (!all.is_object()) return;
  check_each(all["species"], "species", rows, [](const json& one) {
    return folding::species_of(one[0].get<std::string>()) == one[1] ? "" : "another species";
  });
  check_each(all["extract"], "letters of alignments", rows, letters_differ);
  check_each(all["fasta"], "FASTA", rows, fasta_differs);
  check_each(all["deduplicate"], "duplicates", rows, duplicates_differ);
  check_each(all["query_equivalent"], "first rows", rows, query_differs);
}

struct Laid {
  folding::Job job;
  folding::ComponentTable components;
  folding::TokenLayout layout;
};

Laid laid(const Case& golden, json job, const folding::TokenOptions& options = {}) {
  for (json& sequence : job["sequences"])
    if (sequence.contains("protein"))
      for (json& one : sequence["protein"]["templates"]) {
        const std::string name = one["mmcif"];
        if (name.starts_with("@")) one["mmcif"] = read_text(golden.folder() / "cases" / "templates" / name.substr(1));
      }
  const folding::Job read = af3_job(golden, folding::parse_jobs(job.dump(), "case", golden.folder()).at(0));
  const folding::ComponentTable components = af3_components(golden, read);
  return {read, components, folding::lay_out(read, components, options)};
}

// Where rows are equally good, the case has them as an unstable sort left them, and of the same alignment in our order
// only which rows are paired.
std::string pairing_differs(const Case& golden, const json& one) {
  const Laid job = laid(golden, one["job"]);
  folding::PairingOptions options;
  options.most_rows = one["options"]["msa_crop_size"];
  options.most_per_species = one["options"]["max_paired_sequence_per_species"];
  options.resolve_overlaps = one["options"]["resolve_msa_overlaps"];
  if (one.contains("paired_rows_stable_sort") &&
      json(folding::paired_rows(one["species"], options)) != one["paired_rows_stable_sort"])
    return "paired rows";
  const folding::AlignmentFeatures all = folding::alignment_features(job.layout, job.components, options);
  if (all.rows != one["num_alignments"].get<std::size_t>()) return fmt::format("{} rows", all.rows);
  const std::size_t tokens = job.layout.tokens.size();
  std::vector<std::vector<int>> letters, deletions;
  for (std::size_t r = 0; r < all.rows; ++r) {
    letters.emplace_back(all.letters.begin() + static_cast<std::ptrdiff_t>(r * tokens),
                         all.letters.begin() + static_cast<std::ptrdiff_t>((r + 1) * tokens));
    deletions.emplace_back(all.deletions.begin() + static_cast<std::ptrdiff_t>(r * tokens),
                           all.deletions.begin() + static_cast<std::ptrdiff_t>((r + 1) * tokens));
  }
  const std::vector<std::vector<int>> wanted = one["msa"];
  const bool ties = one.contains("stable_sort_gives_the_same") && !one["stable_sort_gives_the_same"].get<bool>();
  if (!ties && letters != wanted) return "letters";
  if (!ties && json(deletions) != one["deletion_matrix"]) return "deletions";
  std::vector<double> profile(tokens * folding::kLetters);
  for (const json& cell : one["profile_nonzero"])
    profile[cell[0].get<std::size_t>() * folding::kLetters + cell[1].get<std::size_t>()] = cell[2];
  for (std::size_t i = 0; i < profile.size(); ++i)
    if (!(std::abs(profile[i] - static_cast<double>(all.profile[i])) <= 1e-6)) return "profile";
  for (std::size_t i = 0; i < tokens; ++i)
    if (!(std::abs(all.deletion_mean[i] - one["deletion_mean"][i].get<double>()) <= 1e-6)) return "mean of deletions";
  return {};
}

std::string template_differs(const Case& golden, const json& one, const io::ArrayFile& arrays) {
  const Laid job = laid(golden, one["job"]);
  const folding::TemplateFeatures got = folding::template_features(job.layout, job.components);
  const auto same = [&](const char* name, const auto& values) {
    const io::Array& expected = arrays.arrays.at(one["case"].get<std::string>() + "." + name);
    const auto bytes = std::as_bytes(std::span(values));
    return std::ranges::equal(expected.bytes, bytes);
  };
  if (!same("template_aatype", got.letters)) return "residues";
  if (!same("template_atom_mask", got.mask)) return "atoms that are there";
  return same("template_atom_positions", got.positions) ? "" : "positions";
}

// The numbers of an array at real tokens.
std::vector<int> values(const folding::Features& features, const std::string& name, std::size_t count) {
  const folding::FeatureArray& array = features.at(name);
  std::vector<int> all;
  for (std::size_t i = 0; i < count; ++i) {
    const std::byte* const at = array.bytes.data() + i * size_of(array.dtype);
    all.push_back(array.dtype == DType::i32   ? *reinterpret_cast<const std::int32_t*>(at)
                  : array.dtype == DType::i64 ? static_cast<int>(*reinterpret_cast<const std::int64_t*>(at))
                                              : std::to_integer<int>(*at));
  }
  return all;
}

json bonds_of(const folding::Features& features, const std::string& name) {
  json pairs = json::array();
  const auto count = static_cast<std::size_t>(features.at(name + ":gather_mask").shape[0]) * 2;
  const auto at = values(features, name + ":gather_idxs", count),
             there = values(features, name + ":gather_mask", count);
  for (std::size_t i = 0; i < count; i += 2)
    if (there[i] != 0 && there[i + 1] != 0) pairs.push_back({at[i], at[i + 1]});
  return pairs;
}

std::string slots_text(const folding::Token& token) {
  std::string text;
  std::size_t last = folding::kSlots;
  while (last > 0 && token.slots[last - 1].name.empty()) --last;
  for (std::size_t s = 0; s < last; ++s)
    text += (s == 0 ? "" : " ") + (token.slots[s].name.empty() ? "." : token.slots[s].name);
  return text;
}

std::string layout_differs(const Case& golden, const json& one) {
  if (one.contains("error")) {
    try {
      laid(golden, one["job"]);
    } catch (const std::exception&) {
      return {};
    }
    return "no error";
  }
  const Laid job =
      laid(golden, one["job"], {.keep_standalone_glycans = one["options"].value("fix_standalone_glycans", false)});
  const auto& tokens = job.layout.tokens;
  if (tokens.size() != one["tokens"].size()) return fmt::format("{} tokens", tokens.size());
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const folding::Residue& residue = job.layout.residues[tokens[t].residue];
    const json& expected = one["tokens"][t];
    if (expected[0] != job.layout.chains[residue.chain].id || expected[1] != residue.number ||
        expected[2] != residue.component || expected[4] != slots_text(tokens[t]))
      return fmt::format("token {}: {} {}", t, residue.component, slots_text(tokens[t]));
  }
  const folding::Features features = folding::featurize(job.layout, job.components, {});
  for (const char* name : {"aatype", "asym_id", "entity_id", "sym_id", "residue_index", "residue_center_index",
                           "is_protein", "is_rna", "is_dna", "is_ligand", "frames_mask"}) {
    if (json(values(features, name, tokens.size())) != one[name]) return name;
  }
  if (json(values(features, "token_atoms_to_pseudo_beta:gather_idxs", tokens.size())) != one["pseudo_beta"])
    return "pseudo-beta atoms";
  for (const char* name : {"tokens_to_polymer_ligand_bonds", "tokens_to_ligand_ligand_bonds"})
    if (bonds_of(features, name) != one[name])
      return std::string(name) + " " + bonds_of(features, name).dump().substr(0, 100);
  return {};
}

// Hits of a search, judged by what the case says of their structures.
std::string hits_differ(const json& one) {
  if (one.contains("error")) {
    try {
      folding::template_hits(one["a3m"].get<std::string>());
    } catch (const std::exception&) {
      return {};
    }
    return "no error";
  }
  const auto hits = folding::template_hits(one["a3m"].get<std::string>());
  // Hits whose structure is not there are none of the case's.
  const bool known = hits.size() == one["hits"].size();
  std::map<std::size_t, folding::HitStructure> structures;
  for (std::size_t i = 0; known && i < hits.size(); ++i) {
    const json& expected = one["hits"][i];
    folding::HitStructure structure{expected["release_date"], expected["structure_sequence"], {}};
    structure.seen.assign(structure.sequence.size(), true);
    for (const json& index : expected["unresolved"]) structure.seen[index.get<std::size_t>()] = false;
    if (json(hits[i].entry) != expected["pdb_id"] || json(hits[i].chain) != expected["chain"] ||
        json(hits[i].start) != expected["start_index"])
      return fmt::format("hit {}", i);
    const auto map = folding::residue_map(hits[i], structure);
    json query = json::array(), other = json::array();
    if (map)
      for (const auto& [from, to] : *map) query.push_back(from), other.push_back(to);
    if (!map || json::array({query, other}) != expected["map"]) return fmt::format("map of hit {}", i);
    if (folding::is_used(hits[i], structure, *map, one["query"], one["cutoff"]) != expected["keep"].get<bool>())
      return fmt::format("hit {} is kept or not", i);
    structures[i] = std::move(structure);
  }
  const auto structure_of = [&](const folding::TemplateHit& hit) {
    const auto found = structures.find(static_cast<std::size_t>(&hit - hits.data()));
    return found == structures.end() ? std::nullopt : std::optional(found->second);
  };
  json chosen = json::array();
  for (const folding::ChosenHit& used : folding::choose_hits(hits, structure_of, one["query"], one["cutoff"]))
    chosen.push_back({hits[used.hit].entry + "_" + hits[used.hit].chain, hits[used.hit].start, hits[used.hit].end});
  return chosen == one["selected"] ? "" : chosen.dump();
}

void check(const Case& golden, Rows& rows) {
  check_texts(golden, rows);
  if (golden.holds("cases/template_hits.json"))
    check_each(golden.json("cases/template_hits.json"), "hits of templates", rows, hits_differ);
  if (golden.holds("cases/msa_cases.json"))
    check_each(golden.json("cases/msa_cases.json"), "pairing", rows,
               [&](const json& one) { return pairing_differs(golden, one); });
  if (golden.holds("cases/template_cases.json")) {
    const io::ArrayFile arrays = io::read_safetensors(golden.folder() / "cases" / "template_cases.safetensors");
    check_each(golden.json("cases/template_cases.json"), "templates", rows,
               [&](const json& one) { return template_differs(golden, one, arrays); });
  }
  if (golden.holds("cases/layout_cases.json") && !folding::has_molecules())
    rows.not_run("tokens", "RDKit is not here");
  else if (golden.holds("cases/layout_cases.json"))
    check_each(golden.json("cases/layout_cases.json"), "tokens", rows,
               [&](const json& one) { return layout_differs(golden, one); });
}

}  // namespace

Kind af3_cases_kind() { return {"AlphaFold 3 cases", knows, check}; }

}  // namespace groel::golden
