// A job of AlphaFold 3: molecules with their alignments and templates, bonds between them, and seeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace groel::folding {

enum class Molecule { protein, rna, dna, ligand };

/// "protein", "rna", "dna", "ligand": the keys of job files.
std::string_view name(Molecule molecule) noexcept;

/// A residue that is another chemical component than its letter says.
struct Modification {
  std::string component;  ///< code in the Chemical Component Dictionary, without "CCD_"
  int position = 0;       ///< from 1

  bool operator==(const Modification&) const = default;
};

/// A structure whose residues lie where those of a protein may lie.
struct Template {
  std::string mmcif;                          ///< text of a file with one protein chain
  std::vector<std::pair<int, int>> residues;  ///< of the query and of the template, both from 0

  bool operator==(const Template&) const = default;
};

/// All of a chain but its name. Chains that are equal in it are copies of one another.
struct ChainContent {
  Molecule molecule = Molecule::protein;
  std::string sequence;  ///< letters as given; empty for ligands
  std::vector<Modification> modifications{};
  std::optional<std::string> unpaired_msa{};         ///< A3M; none: to be searched; "": the sequence alone
  std::optional<std::string> paired_msa{};           ///< of proteins
  std::optional<std::vector<Template>> templates{};  ///< of proteins; none: to be searched
  std::vector<std::string> components{};             ///< of a ligand by its codes, one per residue
  std::optional<std::string> smiles{};               ///< of a ligand without codes
  std::optional<std::string> description{};

  bool operator==(const ChainContent&) const = default;
  /// Residues; of a ligand its components, 1 for one given as SMILES.
  std::size_t length() const noexcept;
};

struct JobChain : ChainContent {
  std::string id;  ///< upper-case letters
};

struct BondedAtom {
  std::string chain;
  int residue = 0;  ///< from 1
  std::string atom;

  auto operator<=>(const BondedAtom&) const = default;
};

struct Bond {
  BondedAtom from, to;

  auto operator<=>(const Bond&) const = default;
};

/// "the bond between A 8 OXT and B 1 PG", and an end of it, as messages name them.
std::string said(const Bond& bond);
std::string said(const BondedAtom& atom);

struct Job {
  std::string name;
  std::vector<JobChain> chains;
  std::vector<std::uint32_t> seeds;
  std::vector<Bond> bonds{};
  std::optional<std::string> user_components{};  ///< mmCIF text of components that the dictionary lacks
  std::vector<std::string> notes{};  ///< what was read as something else or will not be used, a sentence each

  const JobChain* find(std::string_view id) const noexcept;
};

/// The name as files and folders have it: spaces become "_", other characters but A-Z a-z 0-9 _ - . are left out.
std::string file_name(const Job& job);

/// The names of chains in the order in which AlphaFold 3 numbers them: A … Z, AA, BA, … ZA, AB, …. `number` from 1.
std::string chain_name(std::size_t number);
/// Whether a chain comes before another in that order.
bool comes_before(std::string_view chain, std::string_view other) noexcept;

/// Adds seeds: `count` from the job's only one on. Errors: usage for a job with several seeds, or when they would go
/// beyond 32 bits.
void add_seeds(Job& job, std::size_t count);

}  // namespace groel::folding
