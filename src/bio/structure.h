// Protein chains from structure files: the sequence, and for each residue with coordinates the point from which its
// contacts are measured.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace groel::bio {

using Point = std::array<double, 3>;  ///< in Å

/// What a residue's site is.
enum class SiteKind {
  none,        ///< the file has no atom for it
  regular,     ///< Cβ, of glycine Cα
  built_beta,  ///< where Cβ is in an ideal residue with these N, Cα and C
  alpha,       ///< Cα, for want of N or C
};

/// A residue that the file has coordinates of.
struct SeenResidue {
  std::string name;           ///< "MET 1", "LYS 27A": for messages
  char letter = 'X';          ///< X: unknown
  bool modified = false;      ///< stands for no certain residue of a sequence: agrees with any
  std::int64_t number = 0;    ///< the author's
  bool inserted = false;      ///< its number has a letter after it
  std::int64_t place = 0;     ///< in Chain::sequence, from 1; 0: not known
  std::optional<Point> site;  ///< Cβ, of glycine Cα, or what stands for it (site_kind)
  std::string label{};        ///< the author's number with its insertion code: "27A"
  SiteKind site_kind = SiteKind::none;
  bool bonded = false;            ///< to the residue before it, as the distance between them says
  bool has_alternatives = false;  ///< some of its atoms have several locations, or it is one of several residues
  std::string read_as{};          ///< "HIE as HIS"; empty: the name is a residue's own
};

struct Chain {
  std::string name;
  std::string sequence;  ///< of the whole molecule, unseen residues too, as the file states it; empty: it does not
  std::vector<SeenResidue> residues;
  bool disagrees = false;  ///< the sequence that the file states is not its residues', and was not used
};

struct Structure {
  std::string source;  ///< name of the file
  std::vector<Chain> chains;
  std::vector<std::string> notes{};  ///< what of the file was left out or named anew, a sentence each

  /// The chain of that name; empty: the first. Errors: not_found, naming those there are.
  const Chain& chain(const std::string& name) const;
};

/// Residues of a sequence, from the first on; none where one was not seen.
using Sites = std::vector<std::optional<Point>>;

/// Places a chain's residues on a sequence: by their numbers where one shift of them agrees everywhere, else by an
/// alignment that leaves out residues of the sequence alone. Errors: bad_input naming the first residue that does not
/// agree, or when the chain has more residues than the sequence; unsupported when both are very long.
Sites place(const Chain& chain, const std::string& sequence);

/// The author's numbers of the residues of a sequence, "27A", as `place` lays them; empty where none was seen.
std::vector<std::string> labels(const Chain& chain, const std::string& sequence);

/// Gives a chain without a stated sequence that of its residues, with X for the numbers left out between two of them
/// that are not bonded (up to 1000 in a row), and settles the place of each residue. A stated sequence that does not
/// agree is replaced.
void settle_sequence(Chain& chain);

/// The sites of a settled chain on its own sequence.
Sites sites(const Chain& chain);

}  // namespace groel::bio
