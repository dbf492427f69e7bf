// The part of reading templates that gemmi does; compiled alone, as C++17 (see src/CMakeLists.txt).
#include <algorithm>
#include <cmath>
#include <gemmi/cif.hpp>
#include <gemmi/cifdoc.hpp>
#include <gemmi/numb.hpp>
#include <gemmi/resinfo.hpp>
#include <map>
#include <set>

#include "io/template_chain.h"

namespace groel::io {
namespace {

namespace cif = gemmi::cif;

struct Site {
  std::string atom, alternative, code;
  double occupancy = 1;
  std::array<float, 3> at{};
};

// Rows of a category with the tags asked for; a tag that is missing gives "".
std::vector<std::vector<std::string>> rows_of(cif::Block& block, const std::string& category,
                                              const std::vector<std::string>& tags) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t t = 0; t < tags.size(); ++t) {
    std::size_t row = 0;
    for (const std::string& value : block.find_values(category + tags[t])) {
      if (row == rows.size()) rows.emplace_back(tags.size());
      rows[row++][t] = cif::is_null(value) ? "" : cif::as_string(value);
    }
  }
  return rows;
}

std::set<std::string> polymer_entities(cif::Block& block) {
  std::set<std::string> all;
  for (const auto& row : rows_of(block, "_entity.", {"id", "type"}))
    if (row[1] == "polymer") all.insert(row[0]);
  if (all.empty())
    for (const auto& row : rows_of(block, "_entity_poly.", {"entity_id"})) all.insert(row[0]);
  return all;
}

// Entities by chain, of those that are polymers, in order.
std::vector<std::pair<std::string, std::string>> polymer_chains(cif::Block& block) {
  const std::set<std::string> polymers = polymer_entities(block);
  std::vector<std::pair<std::string, std::string>> chains;
  const auto add = [&](const std::string& chain, const std::string& entity) {
    const auto same = [&](const auto& one) { return one.first == chain; };
    if (polymers.count(entity) != 0 && std::none_of(chains.begin(), chains.end(), same))
      chains.emplace_back(chain, entity);
  };
  for (const auto& row : rows_of(block, "_struct_asym.", {"id", "entity_id"})) add(row[0], row[1]);
  if (chains.empty())
    for (const auto& row : rows_of(block, "_atom_site.", {"label_asym_id", "label_entity_id"})) add(row[0], row[1]);
  return chains;
}

// Atoms of a chain's first model by the number of their residue.
std::map<int, std::vector<Site>> sites_of(cif::Block& block, const std::string& chain, std::string& author) {
  std::map<int, std::vector<Site>> sites;
  std::string model;
  for (const auto& row :
       rows_of(block, "_atom_site.",
               {"label_asym_id", "label_seq_id", "label_atom_id", "label_alt_id", "label_comp_id", "occupancy",
                "Cartn_x", "Cartn_y", "Cartn_z", "pdbx_PDB_model_num", "auth_asym_id"})) {
    if (model.empty()) model = row[9];
    if (row[0] != chain || row[1].empty() || row[9] != model) continue;
    if (author.empty()) author = row[10];
    Site site{row[2], row[3], row[4], row[5].empty() ? 1.0 : cif::as_number(row[5]), {}};
    for (std::size_t i = 0; i < 3; ++i) site.at[i] = static_cast<float>(cif::as_number(row[6 + i]));
    sites[cif::as_int(row[1])].push_back(std::move(site));
  }
  return sites;
}

// The key of the highest mean; the first of the alphabet among equals.
std::string best_of(const std::map<std::string, std::pair<double, int>>& sums) {
  std::string best;
  double most = -1;
  for (const auto& [key, sum] : sums)
    if (const double mean = sum.first / sum.second; mean > most) most = mean, best = key;
  return best;
}

// One component and one location of each atom.
std::vector<Site> settled(const std::vector<Site>& all) {
  std::map<std::string, std::pair<double, int>> codes, alternatives;
  const auto add = [](auto& sums, const std::string& key, double occupancy) {
    sums[key].first += occupancy, ++sums[key].second;
  };
  for (const Site& site : all) add(codes, site.code, site.occupancy);
  const std::string code = best_of(codes);
  for (const Site& site : all)
    if (site.code == code && !site.alternative.empty()) add(alternatives, site.alternative, site.occupancy);
  const std::string alternative = best_of(alternatives);
  std::vector<Site> kept;
  for (const Site& site : all) {
    if (site.code != code) continue;
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const Site& one) { return one.atom == site.atom; });
    if (same == kept.end())
      kept.push_back(site);
    else if (site.alternative == alternative && same->alternative != alternative)
      *same = site;
  }
  return kept;
}

float distance(const TemplateAtom& a, const TemplateAtom& b) {
  float sum = 0;
  for (std::size_t i = 0; i < 3; ++i) sum += (a.at[i] - b.at[i]) * (a.at[i] - b.at[i]);
  return std::sqrt(sum);
}

void settle_arginine(std::vector<TemplateAtom>& atoms) {
  const auto find = [&](const char* name) {
    return std::find_if(atoms.begin(), atoms.end(), [&](const auto& atom) { return atom.name == name; });
  };
  const auto cd = find("CD"), nh1 = find("NH1"), nh2 = find("NH2");
  if (cd == atoms.end() || nh1 == atoms.end() || nh2 == atoms.end()) return;
  if (distance(*cd, *nh1) > distance(*cd, *nh2)) std::swap(nh1->at, nh2->at);
}

TemplateResidue residue_of(std::string code, const std::vector<Site>& sites) {
  TemplateResidue residue;
  for (const Site& site : settled(sites))
    residue.atoms.push_back({code == "MSE" && site.atom == "SE" ? "SD" : site.atom, site.at});
  if (code == "MSE") code = "MET";
  if (code == "ARG") settle_arginine(residue.atoms);
  const char letter = gemmi::find_tabulated_residue(code).one_letter_code;
  if (letter != ' ') residue.letter = static_cast<char>(letter & ~0x20);
  residue.code = std::move(code);
  return residue;
}

// Names of a chain's residues by number, unseen ones too; of several for one number the one that was seen.
std::map<int, std::string> sequence_of(cif::Block& block, const std::string& chain, const std::string& entity,
                                       const std::map<int, std::vector<Site>>& sites) {
  std::map<int, std::string> names;
  for (const auto& row : rows_of(block, "_pdbx_poly_seq_scheme.", {"asym_id", "seq_id", "mon_id"}))
    if (row[0] == chain) names.emplace(cif::as_int(row[1]), row[2]);
  if (names.empty())
    for (const auto& row : rows_of(block, "_entity_poly_seq.", {"entity_id", "num", "mon_id"}))
      if (row[0] == entity) names.emplace(cif::as_int(row[1]), row[2]);
  for (const auto& [number, atoms] : sites) names[number] = settled(atoms).front().code;
  return names;
}

}  // namespace

TemplateChain gemmi_template_chain(const std::string& mmcif, const std::string& author) {
  cif::Document document = cif::read_string(mmcif);
  cif::Block& block = document.blocks.at(0);
  TemplateChain out;
  const auto entry = rows_of(block, "_entry.", {"id"});
  out.entry = entry.empty() ? block.name : entry[0][0];
  for (const auto& row : rows_of(block, "_pdbx_audit_revision_history.", {"revision_date"}))
    if (!row[0].empty() && (out.released.empty() || row[0] < out.released)) out.released = row[0];
  const auto chains = polymer_chains(block);
  out.polymers = chains.size();
  for (const auto& [chain, entity] : chains) {
    out.name.clear();
    const auto sites = sites_of(block, chain, out.name);
    if (!author.empty() && out.name != author) continue;
    for (const auto& [number, code] : sequence_of(block, chain, entity, sites)) {
      const auto found = sites.find(number);
      out.residues.push_back(residue_of(code, found == sites.end() ? std::vector<Site>{} : found->second));
    }
    break;
  }
  return out;
}

}  // namespace groel::io
