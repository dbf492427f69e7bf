// Descriptors of proteins and peptides, and the published scales that they are made of.
#include "bio/descriptors.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "bio/residues.h"

namespace groel::bio {
namespace {

constexpr std::size_t kKinds = 20;
constexpr std::size_t kUnknown = kKinds;
using Scale = std::array<double, kKinds>;  // in the order of kResidues, ACDEFGHIKLMNPQRSTVWY

// Molecular weights of the free amino acids, g/mol, as modlAMP has them.
constexpr Scale kWeights{89.093,  121.158, 133.103, 147.129, 165.189, 75.067,  155.155, 131.173, 146.188, 131.173,
                         149.211, 132.118, 115.131, 146.145, 174.20,  105.093, 119.119, 117.146, 204.225, 181.189};
constexpr double kWater = 18.015;

// Free energies of transfer from cyclohexane to water, kcal/mol: Radzicka and Wolfenden, Biochemistry 27:1664 (1988);
// proline, which they have no value for, is 0.
constexpr Scale kTransfer{-1.81, -1.28, 8.72, 6.81, -2.98, -0.94, 4.66, -4.92, 5.55,  -4.92,
                          -2.35, 6.64,  0,    5.54, 14.92, 3.40,  2.57, -4.04, -2.33, 0.14};

// Consensus hydrophobicity: Eisenberg, Weiss, Terwilliger and Wilcox, Faraday Symp. Chem. Soc. 17:109 (1982).
constexpr Scale kHydrophobicity{0.62, 0.29,  -0.90, -0.74, 1.20,  0.48,  -0.40, 1.40, -1.50, 1.10,
                                0.64, -0.78, 0.12,  -0.85, -2.50, -0.18, -0.05, 1.10, 0.81,  0.26};

// Weights of pairs of neighbours: Guruprasad, Reddy and Pandit, Protein Eng. 4:155 (1990). Rows: the first residue.
constexpr std::array<Scale, kKinds> kInstability{{
    {1, 44.94, -7.49, 1, 1, 1, -7.49, 1, 1, 1, 1, 1, 20.26, 1, 1, 1, 1, 1, 1, 1},                                  // A
    {1, 1, 20.26, 1, 1, 1, 33.6, 1, 1, 20.26, 33.6, 1, 20.26, -6.54, 1, 1, 33.6, -6.54, 24.68, 1},                 // C
    {1, 1, 1, 1, -6.54, 1, 1, 1, -7.49, 1, 1, 1, 1, 1, -6.54, 20.26, -14.03, 1, 1, 1},                             // D
    {1, 44.94, 20.26, 33.6, 1, 1, -6.54, 20.26, 1, 1, 1, 1, 20.26, 20.26, 1, 20.26, 1, 1, -14.03, 1},              // E
    {1, 1, 13.34, 1, 1, 1, 1, 1, -14.03, 1, 1, 1, 20.26, 1, 1, 1, 1, 1, 1, 33.601},                                // F
    {-7.49, 1, 1, -6.54, 1, 13.34, 1, -7.49, -7.49, 1, 1, -7.49, 1, 1, 1, 1, -7.49, 1, 13.34, -7.49},              // G
    {1, 1, 1, 1, -9.37, -9.37, 1, 44.94, 24.68, 1, 1, 24.68, -1.88, 1, 1, 1, -6.54, 1, -1.88, 44.94},              // H
    {1, 1, 1, 44.94, 1, 1, 13.34, 1, -7.49, 20.26, 1, 1, -1.88, 1, 1, 1, 1, -7.49, 1, 1},                          // I
    {1, 1, 1, 1, 1, -7.49, 1, -7.49, 1, -7.49, 33.6, 1, -6.54, 24.64, 33.6, 1, 1, -7.49, 1, 1},                    // K
    {1, 1, 1, 1, 1, 1, 1, 1, -7.49, 1, 1, 1, 20.26, 33.6, 20.26, 1, 1, 1, 24.68, 1},                               // L
    {13.34, 1, 1, 1, 1, 1, 58.28, 1, 1, 1, -1.88, 1, 44.94, -6.54, -6.54, 44.94, -1.88, 1, 1, 24.68},              // M
    {1, -1.88, 1, 1, -14.03, -14.03, 1, 44.94, 24.68, 1, 1, 1, -1.88, -6.54, 1, 1, -7.49, 1, -9.37, 1},            // N
    {20.26, -6.54, -6.54, 18.38, 20.26, 1, 1, 1, 1, 1, -6.54, 1, 20.26, 20.26, -6.54, 20.26, 1, 20.26, -1.88, 1},  // P
    {1, -6.54, 20.26, 20.26, -6.54, 1, 1, 1, 1, 1, 1, 1, 20.26, 20.26, 1, 44.94, 1, -6.54, 1, -6.54},              // Q
    {1, 1, 1, 1, 1, -7.49, 20.26, 1, 1, 1, 1, 13.34, 20.26, 20.26, 58.28, 44.94, 1, 1, 58.28, -6.54},              // R
    {1, 33.6, 1, 20.26, 1, 1, 1, 1, 1, 1, 1, 1, 44.94, 20.26, 20.26, 20.26, 1, 1, 1, 1},                           // S
    {1, 1, 1, 20.26, 13.34, -7.49, 1, 1, 1, 1, 1, -14.03, 1, -6.54, 1, 1, 1, 1, -14.03, 1},                        // T
    {1, 1, -14.03, 1, 1, -7.49, 1, 1, -1.88, 1, 1, 1, 20.26, 1, 1, 1, -7.49, 1, 1, -6.54},                         // V
    {-14.03, 1, 1, 1, 1, -9.37, 24.68, 1, 1, 13.34, 24.68, 13.34, 1, 1, 1, 1, -14.03, -7.49, 1, 1},                // W
    {24.68, 1, 24.68, -6.54, 1, -7.49, 13.34, 1, 1, 1, 44.94, 1, 13.34, 1, -15.91, 1, -7.49, 1, -9.37, 13.34},     // Y
}};

// pK values of the CRC Handbook of Chemistry and Physics, 96th edition, as modlAMP has them.
struct ChargedGroup {
  char residue;  // 0: an end of the chain
  double pk;
};
constexpr std::array<ChargedGroup, 4> kPositive{{{0, 9.38}, {'K', 10.67}, {'R', 12.10}, {'H', 6.04}}};
constexpr std::array<ChargedGroup, 5> kNegative{{{0, 2.15}, {'D', 3.71}, {'E', 4.15}, {'C', 8.14}, {'Y', 10.10}}};

struct Residues {
  std::vector<std::size_t> places;  // in kResidues, or kUnknown
  std::array<double, kKinds> counts{};
  double known = 0;

  double count(std::string_view letters) const {
    double sum = 0;
    for (const char letter : letters) sum += counts[kResidues.find(letter)];
    return sum;
  }
  double total(const Scale& scale) const {
    double sum = 0;
    for (std::size_t kind = 0; kind < kKinds; ++kind) sum += counts[kind] * scale[kind];
    return sum;
  }
};

Residues read(std::string_view sequence) {
  Residues out;
  out.places.reserve(sequence.size());
  for (const char letter : sequence) {
    const bool lower = letter >= 'a' && letter <= 'z';
    const char upper = lower ? static_cast<char>(letter - 'a' + 'A') : letter;
    if (upper < 'A' || upper > 'Z') continue;
    const std::size_t place = std::min(kResidues.find(upper), kUnknown);
    out.places.push_back(place);
    if (place == kUnknown) continue;
    ++out.counts[place];
    ++out.known;
  }
  return out;
}

double charge(const Residues& residues, double ph) {
  const auto groups = [&](char residue) { return residue == 0 ? 1 : residues.count({&residue, 1}); };
  double sum = 0;
  for (const auto& [residue, pk] : kPositive) sum += groups(residue) / (1 + std::pow(10, ph - pk));
  for (const auto& [residue, pk] : kNegative) sum -= groups(residue) / (1 + std::pow(10, pk - ph));
  return sum;
}

// Charge falls as pH rises, so that halving finds where it is 0.
double isoelectric_point(const Residues& residues) {
  double low = -5, high = 20;
  for (int halving = 0; halving < 40; ++halving) {
    const double middle = (low + high) / 2;
    (charge(residues, middle) > 0 ? low : high) = middle;
  }
  return (low + high) / 2;
}

double instability_index(const Residues& residues) {
  double sum = 0;
  for (std::size_t i = 1; i < residues.places.size(); ++i) {
    const std::size_t first = residues.places[i - 1], second = residues.places[i];
    if (first != kUnknown && second != kUnknown) sum += kInstability[first][second];
  }
  return 10 * sum / residues.known;
}

double aliphatic_index(const Residues& residues) {
  return 100 * (residues.count("A") + 2.9 * residues.count("V") + 3.9 * residues.count("IL")) / residues.known;
}

// Sums up to each residue, turned by 100 degrees for each, give every stretch's moment: its length does not change as
// it is turned as a whole.
double hydrophobic_moment(const Residues& residues) {
  constexpr double kTurn = 100 * 3.14159265358979323846 / 180;
  constexpr std::size_t kStretch = 1000;
  const std::size_t length = residues.places.size(), stretch = std::min(kStretch, length);
  std::vector<double> x(length + 1), y(length + 1);
  for (std::size_t i = 0; i < length; ++i) {
    const std::size_t place = residues.places[i];
    const double value = place == kUnknown ? 0 : kHydrophobicity[place];
    x[i + 1] = x[i] + value * std::cos(kTurn * static_cast<double>(i));
    y[i + 1] = y[i] + value * std::sin(kTurn * static_cast<double>(i));
  }
  double most = 0;
  for (std::size_t end = stretch; end <= length; ++end)
    most = std::max(most, std::hypot(x[end] - x[end - stretch], y[end] - y[end - stretch]));
  return most / static_cast<double>(stretch);
}

}  // namespace

std::array<double, kDescriptors> descriptors(std::string_view sequence) {
  const Residues residues = read(sequence);
  const auto length = static_cast<double>(residues.places.size());
  if (residues.known == 0) return {length};
  return {length,
          residues.total(kWeights) - kWater * (residues.known - 1),
          charge(residues, 7),
          isoelectric_point(residues),
          instability_index(residues),
          residues.count("FWY") / residues.known,
          aliphatic_index(residues),
          residues.total(kTransfer) / residues.known,
          residues.count("ACFILMV") / residues.known,
          hydrophobic_moment(residues)};
}

}  // namespace groel::bio
