// Writes jobs in AlphaFold 3's dialect.
#include "folding/job_write.h"

#include <nlohmann/json.hpp>

namespace groel::folding {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json json_of(const Template& one) {
  Json query = Json::array(), other = Json::array();
  for (const auto& [from, to] : one.residues) query.push_back(from), other.push_back(to);
  return {{"mmcif", one.mmcif}, {"queryIndices", query}, {"templateIndices", other}};
}

Json modifications(const JobChain& chain) {
  const bool protein = chain.molecule == Molecule::protein;
  Json all = Json::array();
  for (const Modification& one : chain.modifications)
    all.push_back({{protein ? "ptmType" : "modificationType", one.component},
                   {protein ? "ptmPosition" : "basePosition", one.position}});
  return all;
}

Json json_of(const JobChain& chain, const std::vector<std::string>& ids) {
  Json json{{"id", ids.size() == 1 ? Json(ids[0]) : Json(ids)}};
  if (chain.molecule != Molecule::ligand) {
    json["sequence"] = chain.sequence;
    json["modifications"] = modifications(chain);
  } else if (chain.smiles) {
    json["smiles"] = *chain.smiles;
  } else {
    json["ccdCodes"] = chain.components;
  }
  if (chain.molecule == Molecule::protein || chain.molecule == Molecule::rna)
    json["unpairedMsa"] = or_null(chain.unpaired_msa);
  if (chain.molecule == Molecule::protein) {
    json["pairedMsa"] = or_null(chain.paired_msa);
    json["templates"] = Json();
    if (chain.templates) {
      json["templates"] = Json::array();
      for (const Template& one : *chain.templates) json["templates"].push_back(json_of(one));
    }
  }
  if (chain.description) json["description"] = *chain.description;
  return {{std::string(name(chain.molecule)), json}};
}

Json molecules(const Job& job) {
  std::vector<std::pair<const JobChain*, std::vector<std::string>>> unique;
  for (const JobChain& chain : job.chains) {
    auto same = unique.begin();
    while (same != unique.end() && !(static_cast<const ChainContent&>(*same->first) == chain)) ++same;
    if (same == unique.end()) same = unique.insert(same, {&chain, {}});
    same->second.push_back(chain.id);
  }
  Json all = Json::array();
  for (const auto& [chain, ids] : unique) all.push_back(json_of(*chain, ids));
  return all;
}

Json atom(const BondedAtom& one) { return Json::array({one.chain, one.residue, one.atom}); }

// Lists of residues are put on one line, as AlphaFold 3 does it to its own text.
std::string with_short_lists(const std::string& text) {
  std::string result;
  std::size_t done = 0;
  for (std::size_t at; (at = text.find("Indices\": [", done)) != std::string::npos;) {
    const std::size_t start = at + 11, end = text.find(']', start);
    result.append(text, done, start - done);
    const std::size_t first = text.find_first_not_of(" \n", start);
    for (std::size_t i = first; i < end; ++i)
      if (text[i] != '\n' && text[i] != ' ') result += text[i] == ',' ? ", " : std::string(1, text[i]);
    done = end;
  }
  return result.append(text, done);
}

}  // namespace

std::string job_json(const Job& job) {
  Json bonds;
  for (const Bond& bond : job.bonds) bonds.push_back(Json::array({atom(bond.from), atom(bond.to)}));
  const Json json{{"dialect", "alphafold3"},
                  {"version", 4},
                  {"name", job.name},
                  {"sequences", molecules(job)},
                  {"modelSeeds", job.seeds},
                  {"bondedAtomPairs", bonds},
                  {"userCCD", or_null(job.user_components)}};
  return with_short_lists(json.dump(2, ' ', true));
}

}  // namespace groel::folding
