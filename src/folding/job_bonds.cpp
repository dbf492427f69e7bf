// Reads bonds between a job's atoms, and says which of them will have no effect.
#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/words.h"
#include "folding/job_parts.h"

namespace groel::folding {
namespace {

using Kind = nlohmann::json::value_t;

// AlphaFold 3 takes true for 1, as Python does.
int residue_of(const Field& field, const JobChain& chain, std::vector<std::string>& notes) {
  if (field.is(Kind::boolean) && field.json().get<bool>()) {
    notes.push_back(fmt::format("{}: true is read as residue 1", field.path()));
    return 1;
  }
  return static_cast<int>(field.whole(fmt::format("a residue of chain {}", chain.id), 1,
                                      std::max<std::int64_t>(1, static_cast<std::int64_t>(chain.length()))));
}

std::optional<BondedAtom> read_atom(const Field& field, Job& job) {
  if (!field.is(Kind::array) || field.json().size() != 3)
    return field.expected("an atom as [chain, residue, name]"), std::nullopt;
  const auto parts = field.elements("parts");
  const std::string id = parts[0].text("the id of a chain"), atom = parts[2].text("the name of an atom");
  const JobChain* const chain = job.find(id);
  if (!parts[0].is(Kind::string) || !parts[2].is(Kind::string)) return std::nullopt;
  if (chain == nullptr) return parts[0].problem(fmt::format("there is no chain \"{}\"", id)), std::nullopt;
  if (chain->smiles) {
    parts[0].problem(fmt::format(
        "chain {} is a ligand given as SMILES, whose atoms have no names to bind to; give it by ccdCodes or userCCD",
        id));
    return std::nullopt;
  }
  return BondedAtom{id, residue_of(parts[1], *chain, job.notes), atom};
}

}  // namespace

std::vector<Bond> read_bonds(const Field& field, Job& job) {
  std::vector<Bond> bonds;
  std::set<Bond> seen;
  for (const Field& one : field.elements("bonds", false)) {
    if (!one.is(Kind::array) || one.json().size() != 2) {
      one.expected("two atoms");
      continue;
    }
    const auto ends = one.elements("atoms");
    const auto from = read_atom(ends[0], job), to = read_atom(ends[1], job);
    if (!from || !to) continue;
    const Bond bond{*from, *to};
    if (!seen.insert(bond).second) one.problem(said(bond) + " is given twice");
    bonds.push_back(bond);
  }
  return bonds;
}

void note_bonds(Job& job) {
  std::set<Bond> seen;
  for (const Bond& bond : job.bonds) {
    const std::string both = said(bond);
    const JobChain* const from = job.find(bond.from.chain);
    const JobChain* const to = job.find(bond.to.chain);
    if (from == nullptr || to == nullptr) continue;
    if (from->molecule != Molecule::ligand && to->molecule != Molecule::ligand)
      job.notes.push_back(both + " joins two polymers: AlphaFold 3's network has no such bonds, and will not see it");
    else if (from == to && bond.from.residue == bond.to.residue)
      job.notes.push_back(both + " is inside one residue: the network will not see it");
    if (seen.contains({bond.to, bond.from})) job.notes.push_back(both + " is given in both directions");
    seen.insert(bond);
  }
}

}  // namespace groel::folding
