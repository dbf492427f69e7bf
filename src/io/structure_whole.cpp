// Sorts all residues of a structure into chains.
#include "io/structure_whole.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/words.h"
#include "io/structure.h"
#include "io/structure_chains.h"
#include "io/structure_names.h"
#include "io/structure_residue.h"
#include "io/structure_text.h"

namespace groel::io {
namespace {

using WholeKind = WholeResidue::Kind;

bool is_there(const RawAtom& atom) {
  return std::isfinite(atom.at[0]) && std::isfinite(atom.at[1]) && std::isfinite(atom.at[2]);
}

// The letter of the conformer with the highest mean occupancy; of equal ones the first. 0: there is but one.
char best_conformer(const RawResidue& residue) {
  std::map<char, std::pair<double, int>> sums;
  for (const RawAtom& atom : residue.atoms)
    if (atom.alternative != 0) {
      sums[atom.alternative].first += static_cast<double>(atom.occupancy);
      ++sums[atom.alternative].second;
    }
  char best = 0;
  double most = -1;
  for (const auto& [letter, sum] : sums)
    if (const double mean = sum.first / sum.second; mean > most + 1e-6) {
      best = letter;
      most = mean;
    }
  return best;
}

// Hydrogens are left out; of atoms of one name the conformer's counts, else the first.
std::vector<RawAtom> atoms_of(const RawResidue& residue) {
  const char conformer = best_conformer(residue);
  std::vector<RawAtom> out;
  for (const RawAtom& atom : residue.atoms) {
    if (!is_there(atom) || atom.element == "H" || atom.element == "D") continue;
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const RawAtom& other) { return other.name == atom.name; });
    if (same == out.end())
      out.push_back(atom);
    else if (atom.alternative == conformer && same->alternative != conformer)
      *same = atom;
  }
  return out;
}

char nucleotide_letter(const std::string& name) {
  static const std::set<std::string> known{"A", "C", "G", "U", "T", "I", "DA", "DC", "DG", "DU", "DT", "DI"};
  return known.contains(name) ? name.back() : 'N';
}

double apart(const RawAtom& a, const RawAtom& b) {
  return std::hypot(a.at[0] - b.at[0], a.at[1] - b.at[1], a.at[2] - b.at[2]);
}

// Whether a peptide or a phosphodiester bond is between them; of residues without these atoms Cα or P tell.
bool follows(const WholeResidue& before, const WholeResidue& after) {
  struct Link {
    const char *from, *to;
    double longest;  // Å
  };
  constexpr Link kPeptide[] = {{"C", "N", 2.5}, {"CA", "CA", 4.3}}, kNucleic[] = {{"O3'", "P", 2.5}, {"P", "P", 8}};
  if (before.kind != after.kind) return false;
  for (const Link& link : before.kind == WholeKind::amino ? kPeptide : kNucleic) {
    const RawAtom *from = before.atom(link.from), *to = after.atom(link.to);
    if (from != nullptr && to != nullptr) return apart(*from, *to) <= link.longest;
  }
  return false;
}

class Sorting {
 public:
  explicit Sorting(const RawStructure& raw) : raw_(raw), names_(raw.parents) {}

  WholeStructure run() {
    for (const RawChain& chain : raw_.chains)
      for (const RawResidue& residue : chain.residues) add(chain.name, residue);
    out_.models = raw_.models;
    for (WholeChain& chain : out_.chains) settle(chain);
    add_unseen();
    if (out_.models > 1) out_.notes.push_back(fmt::format("the file has {} models: the first is used", out_.models));
    if (others_at_a_place_ > 0)
      out_.notes.push_back(counted(others_at_a_place_, "residue shares", "residues share") +
                           " a place with another one, which is used");
    return std::move(out_);
  }

 private:
  WholeChain& chain_of(const std::string& name) {
    for (WholeChain& chain : out_.chains)
      if (chain.name == name) return chain;
    out_.chains.push_back({name, {}});
    return out_.chains.back();
  }

  WholeResidue residue_of(const RawResidue& raw) const {
    WholeResidue out{.name = raw.name, .number = raw.number};
    out.label = fmt::format("{}{}", raw.number, raw.insertion == ' ' ? "" : std::string(1, raw.insertion));
    out.atoms = atoms_of(raw);
    const RawResidue::Kind kind = names_.kind(raw.name);
    const bool backbone = out.atom("N") != nullptr && out.atom("CA") != nullptr && out.atom("C") != nullptr;
    const bool sugar = out.atom("C1'") != nullptr && out.atom("C4'") != nullptr && out.atom("O4'") != nullptr;
    if (kind == RawResidue::Kind::water)
      out.kind = WholeKind::water;
    else if (kind == RawResidue::Kind::amino || (kind != RawResidue::Kind::nucleic && backbone))
      out.kind = WholeKind::amino;
    else if (kind == RawResidue::Kind::nucleic || sugar)
      out.kind = WholeKind::nucleic;
    out.letter = out.kind == WholeKind::nucleic ? nucleotide_letter(raw.name) : names_.letter(raw.name);
    const bool chained = out.kind == WholeKind::amino || out.kind == WholeKind::nucleic;
    out.polymer =
        chained && (raw.role == RawResidue::Role::polymer || (raw.role == RawResidue::Role::unknown && !raw.is_hetero));
    return out;
  }

  void add(const std::string& chain, const RawResidue& raw) {
    WholeResidue residue = residue_of(raw);
    if (residue.atoms.empty()) return;
    const bool asks_neighbours = !residue.polymer && raw.role == RawResidue::Role::unknown &&
                                 (residue.kind == WholeKind::amino || residue.kind == WholeKind::nucleic);
    WholeChain& to = chain_of(chain);
    if (!to.residues.empty() && residue.polymer && to.residues.back().polymer &&
        to.residues.back().label == residue.label) {
      ++others_at_a_place_;
      return;
    }
    doubtful_[chain].push_back(asks_neighbours);
    to.residues.push_back(std::move(residue));
  }

  // A modified residue is marked HETATM as ligands are: it is a chain's where it is bonded to a neighbour.
  void settle(WholeChain& chain) {
    std::vector<WholeResidue>& residues = chain.residues;
    const std::vector<bool>& doubtful = doubtful_[chain.name];
    for (std::size_t i = 0; i < residues.size(); ++i)
      if (doubtful[i])
        residues[i].polymer = (i > 0 && follows(residues[i - 1], residues[i])) ||
                              (i + 1 < residues.size() && follows(residues[i], residues[i + 1]));
    const auto rank = [](const WholeResidue& one) { return one.polymer ? 0 : one.kind == WholeKind::water ? 2 : 1; };
    std::stable_sort(residues.begin(), residues.end(),
                     [&](const WholeResidue& a, const WholeResidue& b) { return rank(a) < rank(b); });
    for (std::size_t i = 0; i < residues.size(); ++i) {
      if (!residues[i].polymer && residues[i].kind != WholeKind::water) residues[i].kind = WholeKind::ligand;
      residues[i].begins = i == 0 || !residues[i].polymer || !follows(residues[i - 1], residues[i]);
    }
  }

  // Residues of the stated sequences of proteins that have no coordinates.
  void add_unseen() {
    bio::Structure proteins;
    assemble_chains(raw_, proteins);
    for (WholeChain& chain : out_.chains)
      for (const bio::Chain& protein : proteins.chains)
        if (protein.name == chain.name) add_unseen(chain, protein);
  }

  static void add_unseen(WholeChain& chain, const bio::Chain& protein) {
    const auto same = [](const WholeResidue& one, const bio::SeenResidue& other) { return one.label == other.label; };
    const std::size_t seen = protein.residues.size();
    const bool all = chain.residues.size() >= seen && protein.sequence.size() > seen &&
                     std::equal(protein.residues.begin(), protein.residues.end(), chain.residues.begin(),
                                [&](const auto& other, const auto& one) { return one.polymer && same(one, other); });
    if (!all) return;
    std::vector<WholeResidue> out;
    std::size_t next = 0;
    for (std::size_t place = 1; place <= protein.sequence.size(); ++place) {
      if (next < seen && protein.residues[next].place == static_cast<std::int64_t>(place))
        out.push_back(std::move(chain.residues[next++]));
      else
        out.push_back({.name = {},
                       .kind = WholeKind::amino,
                       .polymer = true,
                       .letter = protein.sequence[place - 1],
                       .label = {},
                       .seen = false,
                       .atoms = {}});
    }
    std::move(chain.residues.begin() + static_cast<std::ptrdiff_t>(next), chain.residues.end(),
              std::back_inserter(out));
    chain.residues = std::move(out);
  }

  const RawStructure& raw_;
  ResidueNames names_;
  WholeStructure out_;
  std::map<std::string, std::vector<bool>> doubtful_;  // of the chains' residues: whether their neighbours decide
  std::int64_t others_at_a_place_ = 0;
};

}  // namespace

const RawAtom* WholeResidue::atom(std::string_view atom_name) const {
  for (const RawAtom& one : atoms)
    if (one.name == atom_name) return &one;
  return nullptr;
}

WholeStructure parse_whole(const std::string& text, const std::string& label) {
  const RawStructure raw = raw_structure_of(text, label, WhichAtoms::every);
  WholeStructure out = Sorting(raw).run();
  out.title = raw.title;
  out.plddt_mark = raw.plddt_mark;
  if (out.chains.empty())
    throw Error(ErrorKind::bad_input,
                {"no atom has coordinates here", label, "an mmCIF or PDB file with ATOM records is expected"});
  return out;
}

WholeStructure read_whole(const std::string& path) { return parse_whole(read_structure_text(path), path); }

}  // namespace groel::io
