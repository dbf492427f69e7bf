// Superposes structures, and says how much alike they are.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace groel::analysis {

using Coordinates = std::array<double, 3>;  ///< Å

/// moved = rotation * x + shift; rotation row by row.
struct Superposition {
  std::array<double, 9> rotation{1, 0, 0, 0, 1, 0, 0, 0, 1};
  Coordinates shift{};

  Coordinates operator()(const Coordinates& x) const;
};

/// The rigid motion of `moving` onto `fixed` with the least squared distances, pair by pair (Kabsch 1976, by Horn's
/// quaternions, so that it is never a reflection). At least one pair; errors: internal on different lengths.
Superposition superpose(std::span<const Coordinates> moving, std::span<const Coordinates> fixed);
/// Root of the mean squared distance of the pairs.
double rmsd(std::span<const Coordinates> moving, std::span<const Coordinates> fixed, const Superposition& by);

/// What the best superpositions of given pairs give.
struct Similarity {
  double tm_score = 0;  ///< Zhang and Skolnick 2004, divided by `length`
  double gdt_ts = 0;  ///< mean of the parts within 1, 2, 4 and 8 Å, of `length`; each by the superposition best for it
  double gdt_ha = 0;  ///< within 0.5, 1, 2 and 4 Å
  Superposition best;  ///< of the TM-score
};

/// By the search of the TM-score program: superpositions of fragments of every start and of lengths n, n/2, n/4 … 4,
/// each made again from the pairs that it brings near. `length`: residues of the reference, at least as many as there
/// are pairs. Bitwise the same for any number of threads.
Similarity similarity(std::span<const Coordinates> moving, std::span<const Coordinates> fixed, std::int64_t length);

/// A distance of d Å at which an aligned pair counts half in the TM-score of a protein of that length: at least 0.5.
double tm_distance(std::int64_t length);

}  // namespace groel::analysis
