// Chooses alternative locations of residues and finds their contact points.
#include "io/structure_residue.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace groel::io {
namespace {

using bio::Point;

Point operator-(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

double distance(const Point& a, const Point& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

bool is_finite(const Point& p) { return std::isfinite(p[0]) && std::isfinite(p[1]) && std::isfinite(p[2]); }

// The fullest atom of a name in the conformer; atoms without a letter are in every one.
std::optional<Point> find(const RawResidue& residue, const char* name, char conformer) {
  const RawAtom* best = nullptr;
  const auto rank = [&](const RawAtom& atom) { return atom.alternative == conformer ? 2 : atom.alternative == 0; };
  for (const RawAtom& atom : residue.atoms) {
    if (atom.name != name || !is_finite(atom.at)) continue;
    const bool better =
        best == nullptr || rank(atom) > rank(*best) || (rank(atom) == rank(*best) && atom.occupancy > best->occupancy);
    if (better) best = &atom;
  }
  return best == nullptr ? std::nullopt : std::optional(best->at);
}

struct Occupancy {
  double sum = 0;
  int atoms = 0;
  double mean() const { return sum / atoms; }
};

// Of the conformers' letters, in order; an atom without one counts for the conformer 0.
std::map<char, Occupancy> occupancies(const RawResidue& residue) {
  std::map<char, Occupancy> out;
  for (const RawAtom& atom : residue.atoms) {
    out[atom.alternative].sum += static_cast<double>(atom.occupancy);
    ++out[atom.alternative].atoms;
  }
  if (out.size() > 1) out.erase(0);
  return out;
}

}  // namespace

Point ideal_beta(const Point& n, const Point& ca, const Point& c) {
  const Point b = ca - n, d = c - ca;
  const Point a{b[1] * d[2] - b[2] * d[1], b[2] * d[0] - b[0] * d[2], b[0] * d[1] - b[1] * d[0]};
  Point out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = -0.58273431 * a[i] + 0.56802827 * b[i] - 0.54067466 * d[i] + ca[i];
  return out;
}

void set_site(bio::SeenResidue& residue, const Backbone& backbone) {
  using bio::SiteKind;
  if (residue.letter == 'G') {
    residue.site = backbone.ca;
    residue.site_kind = backbone.ca ? SiteKind::regular : SiteKind::none;
  } else if (backbone.cb) {
    residue.site = backbone.cb;
    residue.site_kind = SiteKind::regular;
  } else if (backbone.n && backbone.ca && backbone.c) {
    residue.site = ideal_beta(*backbone.n, *backbone.ca, *backbone.c);
    residue.site_kind = SiteKind::built_beta;
  } else if (backbone.ca) {
    residue.site = backbone.ca;
    residue.site_kind = SiteKind::alpha;
  }
}

bool is_bonded(const Backbone& before, const Backbone& after) {
  constexpr double kPeptide = 2.0, kAlphas = 4.3;  // Å; 1.33 and 3.8 are usual
  if (before.c && after.n) return distance(*before.c, *after.n) < kPeptide;
  return before.ca && after.ca && distance(*before.ca, *after.ca) < kAlphas;
}

ConformerChoice::Chosen ConformerChoice::choose(std::span<const RawResidue* const> at_one_place) {
  struct Candidate {
    const RawResidue* residue = nullptr;
    char conformer = 0;
    double occupancy = -1;
  } best;
  std::size_t count = 0;
  for (const RawResidue* residue : at_one_place)
    for (const auto& [conformer, occupancy] : occupancies(*residue)) {
      ++count;
      const double mean = occupancy.mean();
      const bool tied = std::abs(mean - best.occupancy) < 1e-6;
      if (best.residue == nullptr || (tied ? conformer == last_ : mean > best.occupancy))
        best = {residue, conformer, mean};
    }
  if (best.residue == nullptr) return {at_one_place.front(), {}, at_one_place.size() > 1};  // no atom of the backbone
  last_ = best.conformer;
  const auto atom = [&](const char* name) { return find(*best.residue, name, best.conformer); };
  return {best.residue, {atom("N"), atom("CA"), atom("C"), atom("CB")}, count > 1};
}

}  // namespace groel::io
