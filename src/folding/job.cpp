// What is said of a job whatever file it came from: names of files and chains, seeds.
#include "folding/job.h"

#include <algorithm>

#include "base/error.h"

namespace groel::folding {

std::string_view name(Molecule molecule) noexcept {
  switch (molecule) {
    case Molecule::protein: return "protein";
    case Molecule::rna: return "rna";
    case Molecule::dna: return "dna";
    case Molecule::ligand: return "ligand";
  }
  return "";
}

std::size_t ChainContent::length() const noexcept {
  if (molecule != Molecule::ligand) return sequence.size();
  return smiles ? 1 : components.size();
}

const JobChain* Job::find(std::string_view id) const noexcept {
  const auto found = std::ranges::find(chains, id, &JobChain::id);
  return found == chains.end() ? nullptr : &*found;
}

std::string said(const BondedAtom& atom) { return fmt::format("{} {} {}", atom.chain, atom.residue, atom.atom); }

std::string said(const Bond& bond) { return fmt::format("the bond between {} and {}", said(bond.from), said(bond.to)); }

std::string file_name(const Job& job) {
  std::string text;
  for (const char c : job.name) {
    const bool kept =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (kept || c == ' ') text += kept ? c : '_';
  }
  return text;
}

std::string chain_name(std::size_t number) {
  std::string text;
  for (; number > 0; number = (number - 1) / 26) text += static_cast<char>('A' + (number - 1) % 26);
  return text;
}

bool comes_before(std::string_view chain, std::string_view other) noexcept {
  if (chain.size() != other.size()) return chain.size() < other.size();
  return std::lexicographical_compare(chain.rbegin(), chain.rend(), other.rbegin(), other.rend());
}

void add_seeds(Job& job, std::size_t count) {
  if (job.seeds.size() != 1)
    throw Error(ErrorKind::usage, {fmt::format("job '{}' lists {} seeds, and a number of seeds goes with a single one",
                                               job.name, job.seeds.size()),
                                   "`num_seeds`", "list one seed in modelSeeds, or leave the number away"});
  if (count > 0 && job.seeds[0] > UINT32_MAX - (count - 1))
    throw Error(ErrorKind::usage,
                {fmt::format("{} seeds from {} on go beyond 32 bits", count, job.seeds[0]), "`num_seeds`", {}});
  for (std::size_t i = 1; i < count; ++i) job.seeds.push_back(job.seeds[0] + static_cast<std::uint32_t>(i));
}

}  // namespace groel::folding
