// Pairs the alignments of a job's proteins as Boltz-2's featurizer does.
#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "folding/boltz2_features.h"

namespace groel::folding {
namespace {

using Letters = std::vector<std::int8_t>;

constexpr std::size_t kMostRowsOfChain = 8192;

struct ChainRow {
  Letters letters;
  std::string species;  ///< empty: belongs to no other chain's
};
using ChainRows = std::vector<ChainRow>;  // the chain itself first

// Letters that stand for several amino acids, or for none of the 20, are unknown.
std::int8_t number_of(char letter) {
  constexpr std::string_view kAminoAcids = "ARNDCQEGHILKMFPSTWYV";
  if (letter == '-') return Boltz2Letters::gap;
  const std::size_t at = kAminoAcids.find(letter);
  return static_cast<std::int8_t>(at == std::string_view::npos
                                      ? Boltz2Letters::unknown
                                      : Boltz2Letters::first_amino_acid + static_cast<std::int32_t>(at));
}

Letters letters_of(const std::string& row) {
  Letters out;
  for (const char c : row)
    if (c < 'a' || c > 'z') out.push_back(number_of(c));
  return out;
}

// Rows of one sequence are one, whatever is inserted where.
std::string sequence_in(const std::string& row) {
  std::string out;
  for (const char c : row)
    if (c != '-') out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

void add_alignment(const std::string& a3m, bool paired, std::set<std::string>& seen, ChainRows& to) {
  for (const AlignmentRow& row : alignment_rows(a3m)) {
    if (to.size() == kMostRowsOfChain) return;
    if (seen.insert(sequence_in(row.letters)).second)
      to.push_back({letters_of(row.letters), paired ? species_of(row.description) : std::string()});
  }
}

ChainRows rows_of_chain(const JobChain& chain, const std::string& query, bool pairing) {
  ChainRows out{{letters_of(query), {}}};
  if (chain.molecule != Molecule::protein) return out;
  std::set<std::string> seen{sequence_in(query)};
  if (pairing && chain.paired_msa) {
    const std::string label = "pairedMsa of chain " + chain.id;
    read_alignment(*chain.paired_msa, query, chain.molecule, label);
    add_alignment(*chain.paired_msa, true, seen, out);
  }
  if (chain.unpaired_msa) {
    read_alignment(*chain.unpaired_msa, query, chain.molecule, "unpairedMsa of chain " + chain.id);
    add_alignment(*chain.unpaired_msa, false, seen, out);
  }
  return out;
}

// A row of the whole: of each chain one of its rows, or none, and whether it is there with others.
struct JoinedRow {
  std::vector<std::int64_t> of;
  std::vector<std::int8_t> paired;
};

class Pairing {
 public:
  explicit Pairing(const std::vector<ChainRows>& chains) : chains_(chains), left_(chains.size()) {}

  std::vector<JoinedRow> join(std::size_t most) {
    rows_.push_back({std::vector<std::int64_t>(chains_.size(), 0), std::vector<std::int8_t>(chains_.size(), 1)});
    const std::vector<Species> all = species();
    std::size_t longest = 0;
    // Those that are paired are among them, too: Boltz's program looks for them under another key.
    for (std::size_t c = 0; c < chains_.size(); ++c)
      for (std::int64_t row = 1; row < std::ssize(chains_[c]); ++row) left_[c].push_back(row);
    for (const Species& one : all)
      if (!add_species(one, most / 2)) break;
    for (const auto& own : left_) longest = std::max(longest, own.size());
    for (std::size_t i = 0; i < longest && rows_.size() < most; ++i) add_row({}, 0);
    return std::move(rows_);
  }

 private:
  using Species = std::map<std::size_t, std::vector<std::int64_t>>;  // rows by chain

  // Those of two rows or more, of most chains first, else as they are met.
  std::vector<Species> species() const {
    std::map<std::string, std::size_t> place;
    std::vector<Species> out;
    for (std::size_t c = 0; c < chains_.size(); ++c)
      for (std::size_t row = 0; row < chains_[c].size(); ++row) {
        const std::string& name = chains_[c][row].species;
        if (name.empty()) continue;
        if (place.try_emplace(name, out.size()).second) out.emplace_back();
        out[place.at(name)][c].push_back(static_cast<std::int64_t>(row));
      }
    std::erase_if(out, [](const Species& one) { return one.size() == 1 && one.begin()->second.size() == 1; });
    std::ranges::stable_sort(out, std::ranges::greater(), [](const Species& one) { return one.size(); });
    return out;
  }

  // Chains without a row of the species get their next one. Of a chain that has fewer than others they come again.
  void add_row(const Species& of, std::size_t which) {
    JoinedRow row{{}, {}};
    for (std::size_t c = 0; c < chains_.size(); ++c) {
      const auto found = of.find(c);
      row.paired.push_back(found == of.end() ? 0 : 1);
      if (found != of.end()) {
        row.of.push_back(found->second[which % found->second.size()]);
      } else if (left_[c].empty()) {
        row.of.push_back(-1);
      } else {
        row.of.push_back(left_[c].front());
        left_[c].pop_front();
      }
    }
    rows_.push_back(std::move(row));
  }

  // Whether there is room for more.
  bool add_species(const Species& one, std::size_t most) {
    std::size_t count = 0;
    for (const auto& [chain, own] : one) count = std::max(count, own.size());
    for (std::size_t i = 0; i < count; ++i) {
      add_row(one, i);
      if (rows_.size() >= most) return false;
    }
    return true;
  }

  const std::vector<ChainRows>& chains_;
  std::vector<std::deque<std::int64_t>> left_;
  std::vector<JoinedRow> rows_;
};

}  // namespace

Boltz2Rows boltz2_rows(const TokenLayout& layout, const ComponentTable& components, std::size_t most_rows) {
  std::vector<std::string> queries;
  std::set<std::string> proteins;
  for (const JobChain& chain : layout.chains) {
    queries.push_back(chain.molecule == Molecule::ligand ? std::string() : query_sequence(chain, components));
    if (chain.molecule == Molecule::protein) proteins.insert(queries.back());
  }
  std::vector<ChainRows> chains;
  for (std::size_t c = 0; c < layout.chains.size(); ++c)
    chains.push_back(rows_of_chain(layout.chains[c], queries[c], proteins.size() > 1));
  Boltz2Rows out;
  for (const JoinedRow& row : Pairing(chains).join(most_rows)) {
    ++out.rows;
    for (const Token& token : layout.tokens) {
      const Residue& residue = layout.residues[token.residue];
      const std::int64_t own = row.of[residue.chain];
      out.paired.push_back(row.paired[residue.chain]);
      const Letters* letters = own <= 0 ? nullptr : &chains[residue.chain][static_cast<std::size_t>(own)].letters;
      // The chain itself has the types of its residues, which are told elsewhere.
      out.letters.push_back(letters == nullptr ? static_cast<std::int8_t>(own < 0 ? Boltz2Letters::gap : 0)
                                               : (*letters)[static_cast<std::size_t>(residue.number - 1)]);
    }
  }
  return out;
}

}  // namespace groel::folding
