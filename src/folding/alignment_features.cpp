// Pairs and merges the alignments of a job's chains.
#include "folding/alignment_features.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"

namespace groel::folding {
namespace {

using Row = std::vector<std::int32_t>;
using SpeciesRows = std::map<std::string, Row>;

constexpr std::size_t kShortest = 4;  // chains of up to so many residues have no alignment

struct ChainAlignments {
  Alignment unpaired, paired;
};

// Rows of an alignment, in order and perhaps more than once; -1: gaps.
Alignment picked(const Alignment& from, const Row& rows) {
  Alignment out{rows.size(), from.columns, {}, {}, {}};
  for (const std::int32_t row : rows) {
    for (std::size_t c = 0; c < from.columns; ++c) {
      const std::size_t at = static_cast<std::size_t>(std::max(row, 0)) * from.columns + c;
      out.letters.push_back(row < 0 ? kGap : from.letters[at]);
      out.deletions.push_back(row < 0 ? 0 : from.deletions[at]);
    }
  }
  return out;
}

Row first_rows(std::size_t count) {
  Row rows(count);
  for (std::size_t i = 0; i < count; ++i) rows[i] = static_cast<std::int32_t>(i);
  return rows;
}

// A chain's residues as tokens have them, which leaves out what has no atoms.
std::string sequence_of(const TokenLayout& layout, std::size_t chain, const ComponentTable& components) {
  const Molecule molecule = layout.chains[chain].molecule;
  std::string letters;
  for (const Residue& residue : layout.residues) {
    if (residue.chain != chain || residue.atoms.empty()) continue;
    const char letter = components.letter(residue.component, molecule == Molecule::protein ? 'X' : 'N');
    letters += molecule == Molecule::protein || std::string_view("AGCTUN").find(letter) != std::string_view::npos
                   ? letter
                   : 'N';
  }
  return letters;
}

std::string text_of(const std::optional<std::string>& a3m, const std::string& what) {
  if (!a3m)
    throw Error(
        ErrorKind::bad_input,
        {what + " is missing: it is to be searched first", {}, "give it in the job, or let the program search"});
  return *a3m;
}

ChainAlignments read_chain_alignments(const TokenLayout& layout, std::size_t index, const std::string& sequence,
                                      bool pairing) {
  const JobChain& chain = layout.chains[index];
  const auto [first, last] = layout.range(index);
  if (chain.molecule == Molecule::ligand) return {gap_alignment(last - first), gap_alignment(last - first)};
  const bool has = sequence.size() > kShortest;
  const std::string unpaired =
      has && chain.molecule != Molecule::dna
          ? text_of(chain.unpaired_msa, fmt::format("the unpaired alignment of chain {}", chain.id))
          : "";
  const std::string paired = has && pairing && chain.molecule == Molecule::protein
                                 ? text_of(chain.paired_msa, fmt::format("the paired alignment of chain {}", chain.id))
                                 : "";
  return {read_alignment(unpaired, sequence, chain.molecule, fmt::format("unpairedMsa of chain {}", chain.id)),
          read_alignment(paired, sequence, chain.molecule, fmt::format("pairedMsa of chain {}", chain.id))};
}

void add_profile(const Alignment& alignment, std::vector<float>& profile, std::vector<double>& mean) {
  const double share = 1.0 / static_cast<double>(alignment.rows);
  std::vector<double> sums(alignment.columns * kLetters);
  std::vector<std::int64_t> deleted(alignment.columns);
  for (std::size_t r = 0; r < alignment.rows; ++r)
    for (std::size_t c = 0; c < alignment.columns; ++c) {
      sums[c * kLetters + static_cast<std::size_t>(alignment.row(r)[c])] += share;
      deleted[c] += alignment.deletions[r * alignment.columns + c];
    }
  profile.insert(profile.end(), sums.begin(), sums.end());
  for (const std::int64_t sum : deleted) mean.push_back(static_cast<double>(sum) / static_cast<double>(alignment.rows));
}

// Rows that occur among the paired ones are left out.
void resolve(ChainAlignments& chain) {
  const auto row = [](const Alignment& of, std::size_t r) { return Row(of.row(r), of.row(r) + of.columns); };
  std::set<Row> seen;
  for (std::size_t r = 0; r < chain.paired.rows; ++r) seen.insert(row(chain.paired, r));
  Row kept;
  for (std::size_t r = 0; r < chain.unpaired.rows; ++r)
    if (!seen.contains(row(chain.unpaired, r))) kept.push_back(static_cast<std::int32_t>(r));
  chain.unpaired = picked(chain.unpaired, kept);
}

void drop_gap_rows(std::vector<ChainAlignments>& chains) {
  Row kept;
  for (std::size_t r = 0; r < chains[0].paired.rows; ++r) {
    const bool any = std::ranges::any_of(chains, [&](const ChainAlignments& chain) {
      return std::any_of(chain.paired.row(r), chain.paired.row(r) + chain.paired.columns,
                         [](std::int32_t letter) { return letter != kGap; });
    });
    if (any) kept.push_back(static_cast<std::int32_t>(r));
  }
  for (ChainAlignments& chain : chains) chain.paired = picked(chain.paired, kept);
}

void crop(ChainAlignments& chain, const PairingOptions& options) {
  const std::size_t paired = std::min(chain.paired.rows, options.most_rows / 2);
  const std::size_t unpaired = std::min(chain.unpaired.rows, options.most_rows - paired);
  if (paired < chain.paired.rows) chain.paired = picked(chain.paired, first_rows(paired));
  if (unpaired < chain.unpaired.rows) chain.unpaired = picked(chain.unpaired, first_rows(unpaired));
}

std::int8_t clipped(std::int32_t value) { return static_cast<std::int8_t>(std::clamp(value, -128, 127)); }

// Where each column of the merged alignment is: chain and column in it.
std::vector<std::pair<std::size_t, std::size_t>> columns_of(const std::vector<ChainAlignments>& chains) {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  for (std::size_t c = 0; c < chains.size(); ++c)
    for (std::size_t i = 0; i < chains[c].unpaired.columns; ++i) all.emplace_back(c, i);
  return all;
}

void merge(const TokenLayout& layout, const std::vector<ChainAlignments>& chains, AlignmentFeatures& out) {
  const std::size_t paired = chains[0].paired.rows;
  std::size_t unpaired = 0;
  for (const ChainAlignments& chain : chains) unpaired = std::max(unpaired, chain.unpaired.rows);
  const auto columns = columns_of(chains);
  out.rows = paired + unpaired;
  out.letters.reserve(out.rows * layout.tokens.size());
  out.deletions.reserve(out.rows * layout.tokens.size());
  for (std::size_t r = 0; r < out.rows; ++r)
    for (const Token& token : layout.tokens) {
      const auto [c, column] = columns[token.column];
      const Alignment& from = r < paired ? chains[c].paired : chains[c].unpaired;
      const std::size_t row = r < paired ? r : r - paired;
      const bool there = row < from.rows;
      out.letters.push_back(there ? clipped(from.letters[row * from.columns + column])
                                  : static_cast<std::int8_t>(kGap));
      out.deletions.push_back(there ? clipped(from.deletions[row * from.columns + column]) : std::int8_t{0});
    }
}

SpeciesRows rows_by_species(const std::vector<std::string>& species) {
  SpeciesRows rows;
  if (species.size() == 1 && species[0].empty()) return rows;
  for (std::size_t r = 0; r < species.size(); ++r) rows[species[r]].push_back(static_cast<std::int32_t>(r));
  return rows;
}

// Rows of the species that so many chains have, unsorted.
std::vector<Row> species_block(const std::vector<std::string>& names, const std::vector<SpeciesRows>& chains,
                               const std::map<std::string, std::size_t>& fewest) {
  std::vector<Row> rows;
  for (const std::string& name : names)
    for (std::size_t i = 0; i < fewest.at(name); ++i) {
      Row row;
      for (const SpeciesRows& chain : chains) {
        const auto found = chain.find(name);
        row.push_back(found == chain.end() ? -1 : found->second[i]);
      }
      rows.push_back(std::move(row));
    }
  return rows;
}

float rank(const Row& row) {
  float product = 1;
  for (const std::int32_t index : row) product *= static_cast<float>(index);
  return std::abs(product);
}

}  // namespace

std::vector<Row> paired_rows(const std::vector<std::vector<std::string>>& species, const PairingOptions& options) {
  std::vector<SpeciesRows> chains;
  std::vector<std::string> order;  // in which species are met
  std::map<std::string, std::size_t> count, fewest;
  for (const auto& one : species) {
    for (const auto& [name, rows] : chains.emplace_back(rows_by_species(one))) {
      if (count[name]++ == 0) order.push_back(name);
      const std::size_t before = fewest.contains(name) ? fewest[name] : options.most_per_species;
      fewest[name] = std::min(before, rows.size());
    }
  }
  std::map<std::size_t, std::vector<std::string>, std::greater<>> by_count;
  for (const std::string& name : order)
    if (!name.empty() && count[name] > 1) by_count[count[name]].push_back(name);
  const std::size_t most = options.most_rows / 2;
  std::vector<Row> all{Row(species.size(), 0)};
  std::size_t seen = 0;
  for (const auto& [chains_with, names] : by_count) {
    std::vector<Row> rows = species_block(names, chains, fewest);
    std::ranges::stable_sort(rows, {}, rank);
    seen += rows.size();
    all.insert(all.end(), rows.begin(), rows.end());
    if (seen >= most) break;
  }
  if (all.size() > most) all.resize(most);
  return all;
}

AlignmentFeatures alignment_features(const TokenLayout& layout, const ComponentTable& components,
                                     const PairingOptions& options) {
  std::vector<std::string> sequences;
  std::set<std::string> proteins;
  for (std::size_t c = 0; c < layout.chains.size(); ++c) {
    sequences.push_back(sequence_of(layout, c, components));
    if (layout.chains[c].molecule == Molecule::protein) proteins.insert(sequences.back());
  }
  const bool pairing = proteins.size() > 1;
  std::vector<ChainAlignments> chains;
  AlignmentFeatures out;
  std::vector<float> profile;
  std::vector<double> mean;
  for (std::size_t c = 0; c < layout.chains.size(); ++c) {
    chains.push_back(read_chain_alignments(layout, c, sequences[c], pairing));
    add_profile(chains.back().unpaired, profile, mean);
  }
  if (pairing) {
    std::vector<std::vector<std::string>> species;
    for (const ChainAlignments& chain : chains) species.push_back(chain.paired.species);
    const auto rows = paired_rows(species, options);
    for (std::size_t c = 0; c < chains.size(); ++c) {
      Row own;
      for (const Row& row : rows) own.push_back(row[c]);
      chains[c].paired = picked(chains[c].paired, own);
      if (options.resolve_overlaps) resolve(chains[c]);
    }
  }
  drop_gap_rows(chains);
  for (ChainAlignments& chain : chains) crop(chain, options);
  merge(layout, chains, out);
  for (const Token& token : layout.tokens) {
    out.profile.insert(out.profile.end(), profile.begin() + static_cast<std::ptrdiff_t>(token.column * kLetters),
                       profile.begin() + static_cast<std::ptrdiff_t>((token.column + 1) * kLetters));
    out.deletion_mean.push_back(mean[token.column]);
  }
  return out;
}

}  // namespace groel::folding
