// The table of ideal residues, and atoms from frames and torsion angles.
#include "structure_models/ideal_residues.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "io/structure_atoms.h"

namespace groel::structure_models {
namespace {

// Atoms in the order of the 14, each in the frame of its group: the origin is the atom at the end of the group's axis,
// x goes along the axis, and the atom that defines the torsion is in the plane of x and y.
constexpr IdealAtom kAla[]{{"N", 0, {-0.525F, 1.363F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.526F, 0, 0}},
                           {"O", 3, {0.627F, 1.062F, 0}},
                           {"CB", 0, {-0.529F, -0.774F, -1.205F}}};
constexpr IdealAtom kArg[]{{"N", 0, {-0.524F, 1.362F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.525F, 0, 0}},
                           {"O", 3, {0.626F, 1.062F, 0}},
                           {"CB", 0, {-0.524F, -0.778F, -1.209F}},
                           {"CG", 4, {0.616F, 1.39F, 0}},
                           {"CD", 5, {0.564F, 1.414F, 0}},
                           {"NE", 6, {0.539F, 1.357F, 0}},
                           {"CZ", 7, {0.758F, 1.093F, 0}},
                           {"NH1", 7, {0.206F, 2.301F, 0}},
                           {"NH2", 7, {2.078F, 0.978F, 0}}};
constexpr IdealAtom kAsn[]{{"N", 0, {-0.536F, 1.357F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.526F, 0, 0}},
                           {"O", 3, {0.625F, 1.062F, 0}},
                           {"CB", 0, {-0.531F, -0.787F, -1.2F}},
                           {"CG", 4, {0.584F, 1.399F, 0}},
                           {"OD1", 5, {0.633F, 1.059F, 0}},
                           {"ND2", 5, {0.593F, -1.188F, 0.001F}}};
constexpr IdealAtom kAsp[]{{"N", 0, {-0.525F, 1.362F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.527F, 0, 0}},
                           {"O", 3, {0.626F, 1.062F, 0}},
                           {"CB", 0, {-0.526F, -0.778F, -1.208F}},
                           {"CG", 4, {0.593F, 1.398F, 0}},
                           {"OD1", 5, {0.61F, 1.091F, 0}},
                           {"OD2", 5, {0.592F, -1.101F, -0.003F}}};
constexpr IdealAtom kCys[]{{"N", 0, {-0.522F, 1.362F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.524F, 0, 0}},
                           {"O", 3, {0.625F, 1.062F, 0}},
                           {"CB", 0, {-0.519F, -0.773F, -1.212F}},
                           {"SG", 4, {0.728F, 1.653F, 0}}};
constexpr IdealAtom kGln[]{{"N", 0, {-0.526F, 1.361F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.526F, 0, 0}},
                           {"O", 3, {0.626F, 1.062F, 0}},
                           {"CB", 0, {-0.525F, -0.779F, -1.207F}},
                           {"CG", 4, {0.615F, 1.393F, 0}},
                           {"CD", 5, {0.587F, 1.399F, 0}},
                           {"OE1", 6, {0.634F, 1.06F, 0}},
                           {"NE2", 6, {0.593F, -1.189F, -0.001F}}};
constexpr IdealAtom kGlu[]{{"N", 0, {-0.528F, 1.361F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.526F, 0, 0}},
                           {"O", 3, {0.626F, 1.062F, 0}},
                           {"CB", 0, {-0.526F, -0.781F, -1.207F}},
                           {"CG", 4, {0.615F, 1.392F, 0}},
                           {"CD", 5, {0.6F, 1.397F, 0}},
                           {"OE1", 6, {0.607F, 1.095F, 0}},
                           {"OE2", 6, {0.589F, -1.104F, -0.001F}}};
constexpr IdealAtom kGly[]{
    {"N", 0, {-0.572F, 1.337F, 0}}, {"CA", 0, {0, 0, 0}}, {"C", 0, {1.517F, 0, 0}}, {"O", 3, {0.626F, 1.062F, 0}}};
constexpr IdealAtom kHis[]{{"N", 0, {-0.527F, 1.36F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.525F, 0, 0}},
                           {"O", 3, {0.625F, 1.063F, 0}},
                           {"CB", 0, {-0.525F, -0.778F, -1.208F}},
                           {"CG", 4, {0.6F, 1.37F, 0}},
                           {"ND1", 5, {0.744F, 1.16F, 0}},
                           {"CD2", 5, {0.889F, -1.021F, 0.003F}},
                           {"CE1", 5, {2.03F, 0.851F, 0.002F}},
                           {"NE2", 5, {2.145F, -0.466F, 0.004F}}};
constexpr IdealAtom kIle[]{{"N", 0, {-0.493F, 1.373F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.527F, 0, 0}},
                           {"O", 3, {0.627F, 1.062F, 0}},
                           {"CB", 0, {-0.536F, -0.793F, -1.213F}},
                           {"CG1", 4, {0.534F, 1.437F, 0}},
                           {"CG2", 4, {0.54F, -0.785F, -1.199F}},
                           {"CD1", 5, {0.619F, 1.391F, 0}}};
constexpr IdealAtom kLeu[]{{"N", 0, {-0.52F, 1.363F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.525F, 0, 0}},
                           {"O", 3, {0.625F, 1.063F, 0}},
                           {"CB", 0, {-0.522F, -0.773F, -1.214F}},
                           {"CG", 4, {0.678F, 1.371F, 0}},
                           {"CD1", 5, {0.53F, 1.43F, 0}},
                           {"CD2", 5, {0.535F, -0.774F, 1.2F}}};
constexpr IdealAtom kLys[]{{"N", 0, {-0.526F, 1.362F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.526F, 0, 0}},
                           {"O", 3, {0.626F, 1.062F, 0}},
                           {"CB", 0, {-0.524F, -0.778F, -1.208F}},
                           {"CG", 4, {0.619F, 1.39F, 0}},
                           {"CD", 5, {0.559F, 1.417F, 0}},
                           {"CE", 6, {0.56F, 1.416F, 0}},
                           {"NZ", 7, {0.554F, 1.387F, 0}}};
constexpr IdealAtom kMet[]{{"N", 0, {-0.521F, 1.364F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.525F, 0, 0}},
                           {"O", 3, {0.625F, 1.062F, 0}},
                           {"CB", 0, {-0.523F, -0.776F, -1.21F}},
                           {"CG", 4, {0.613F, 1.391F, 0}},
                           {"SD", 5, {0.703F, 1.695F, 0}},
                           {"CE", 6, {0.32F, 1.786F, 0}}};
constexpr IdealAtom kPhe[]{{"N", 0, {-0.518F, 1.363F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.524F, 0, 0}},
                           {"O", 3, {0.626F, 1.062F, 0}},
                           {"CB", 0, {-0.525F, -0.776F, -1.212F}},
                           {"CG", 4, {0.607F, 1.377F, 0}},
                           {"CD1", 5, {0.709F, 1.195F, 0}},
                           {"CD2", 5, {0.706F, -1.196F, 0}},
                           {"CE1", 5, {2.102F, 1.198F, 0}},
                           {"CE2", 5, {2.098F, -1.201F, 0}},
                           {"CZ", 5, {2.794F, -0.003F, -0.001F}}};
constexpr IdealAtom kPro[]{{"N", 0, {-0.566F, 1.351F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.527F, 0, 0}},
                           {"O", 3, {0.621F, 1.066F, 0}},
                           {"CB", 0, {-0.546F, -0.611F, -1.293F}},
                           {"CG", 4, {0.382F, 1.445F, 0}},
                           {"CD", 5, {0.477F, 1.424F, 0}}};
constexpr IdealAtom kSer[]{{"N", 0, {-0.529F, 1.36F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.525F, 0, 0}},
                           {"O", 3, {0.626F, 1.062F, 0}},
                           {"CB", 0, {-0.518F, -0.777F, -1.211F}},
                           {"OG", 4, {0.503F, 1.325F, 0}}};
constexpr IdealAtom kThr[]{{"N", 0, {-0.517F, 1.364F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.526F, 0, 0}},
                           {"O", 3, {0.626F, 1.062F, 0}},
                           {"CB", 0, {-0.516F, -0.793F, -1.215F}},
                           {"OG1", 4, {0.472F, 1.353F, 0}},
                           {"CG2", 4, {0.55F, -0.718F, -1.228F}}};
constexpr IdealAtom kTrp[]{{"N", 0, {-0.521F, 1.363F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.525F, 0, 0}},
                           {"O", 3, {0.627F, 1.062F, 0}},
                           {"CB", 0, {-0.523F, -0.776F, -1.212F}},
                           {"CG", 4, {0.609F, 1.37F, 0}},
                           {"CD1", 5, {0.824F, 1.091F, 0}},
                           {"CD2", 5, {0.854F, -1.148F, -0.005F}},
                           {"NE1", 5, {2.14F, 0.69F, -0.004F}},
                           {"CE2", 5, {2.186F, -0.678F, -0.007F}},
                           {"CE3", 5, {0.622F, -2.53F, -0.007F}},
                           {"CZ2", 5, {3.283F, -1.543F, -0.011F}},
                           {"CZ3", 5, {1.715F, -3.389F, -0.011F}},
                           {"CH2", 5, {3.028F, -2.89F, -0.013F}}};
constexpr IdealAtom kTyr[]{{"N", 0, {-0.522F, 1.362F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.524F, 0, 0}},
                           {"O", 3, {0.627F, 1.062F, 0}},
                           {"CB", 0, {-0.522F, -0.776F, -1.213F}},
                           {"CG", 4, {0.607F, 1.382F, 0}},
                           {"CD1", 5, {0.716F, 1.195F, 0}},
                           {"CD2", 5, {0.713F, -1.194F, -0.001F}},
                           {"CE1", 5, {2.107F, 1.2F, -0.002F}},
                           {"CE2", 5, {2.104F, -1.201F, -0.003F}},
                           {"CZ", 5, {2.791F, -0.001F, -0.003F}},
                           {"OH", 5, {4.168F, -0.002F, -0.005F}}};
constexpr IdealAtom kVal[]{{"N", 0, {-0.494F, 1.373F, 0}},
                           {"CA", 0, {0, 0, 0}},
                           {"C", 0, {1.527F, 0, 0}},
                           {"O", 3, {0.627F, 1.062F, 0}},
                           {"CB", 0, {-0.533F, -0.795F, -1.213F}},
                           {"CG1", 4, {0.54F, 1.429F, 0}},
                           {"CG2", 4, {0.533F, -0.776F, 1.203F}}};

const std::array<IdealResidue, 21> kIdealResidues{{
    {kAla, 0}, {kArg, 4}, {kAsn, 2}, {kAsp, 2}, {kCys, 1}, {kGln, 3}, {kGlu, 3},
    {kGly, 0}, {kHis, 2}, {kIle, 2}, {kLeu, 2}, {kLys, 4}, {kMet, 3}, {kPhe, 2},
    {kPro, 2}, {kSer, 1}, {kThr, 1}, {kTrp, 2}, {kTyr, 2}, {kVal, 1}, {{}, 0},
}};

// The atom at the end of the axis of chi k is the residue's atom 4 + k, whatever the residue: CB, CG, CD, NE…
constexpr std::size_t kFirstChiAtom = 4;
constexpr std::size_t kPsi = 3, kFirstChi = 4;

using Point = std::array<double, 3>;

// The table is in thousandths of an Ångström; what is computed of it is rounded once.
Point exact(const Vector& x) {
  Point out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = std::round(static_cast<double>(x[i]) * 1000) / 1000;
  return out;
}
Point minus(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
double dot(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Point unit(const Point& x) {
  const double length = std::sqrt(dot(x, x));
  return {x[0] / length, x[1] / length, x[2] / length};
}

// x along `axis`, `in_plane` in the plane of x and y.
Frame frame_of(const Point& axis, const Point& in_plane, const Point& origin) {
  const Point x = unit(axis);
  const double along = dot(in_plane, x);
  const Point y = unit({in_plane[0] - along * x[0], in_plane[1] - along * x[1], in_plane[2] - along * x[2]});
  const Point z{x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]};
  Frame out;
  for (std::size_t i = 0; i < 3; ++i) {
    out.rotation[3 * i] = static_cast<float>(x[i]);
    out.rotation[3 * i + 1] = static_cast<float>(y[i]);
    out.rotation[3 * i + 2] = static_cast<float>(z[i]);
    out.translation[i] = static_cast<float>(origin[i]);
  }
  return out;
}

std::array<Frame, kRigidGroups> frames_of(const IdealResidue& residue) {
  std::array<Frame, kRigidGroups> out{};
  if (residue.atoms.empty()) return out;
  const auto at = [&](std::size_t atom) { return exact(residue.atoms[atom].at); };
  const Point n = at(0), ca = at(1), c = at(2);
  out[0] = out[1] = kIdentity;
  out[2] = frame_of(minus(n, ca), {1, 0, 0}, n);
  out[kPsi] = frame_of(minus(c, ca), minus(ca, n), c);
  for (std::size_t chi = 0; chi < static_cast<std::size_t>(residue.chi_angles); ++chi) {
    const Point end = at(kFirstChiAtom + chi);
    out[kFirstChi + chi] = chi == 0 ? frame_of(minus(end, ca), minus(n, ca), end) : frame_of(end, {-1, 0, 0}, end);
  }
  return out;
}

template <class T, class Make>
std::array<T, 21> of_each(const Make& make) {
  std::array<T, 21> out{};
  std::ranges::transform(kIdealResidues, out.begin(), make);
  return out;
}

std::array<std::int32_t, kMostAtoms> kinds_of(const IdealResidue& residue) {
  std::array<std::int32_t, kMostAtoms> out{};
  for (std::size_t a = 0; a < residue.atoms.size(); ++a)
    out[a] =
        static_cast<std::int32_t>(std::ranges::find(io::kAtomNames, residue.atoms[a].name) - io::kAtomNames.begin());
  return out;
}

std::size_t checked(std::int32_t type) {
  GROEL_REQUIRE(type >= 0 && type <= kUnknownResidue);
  return static_cast<std::size_t>(type);
}

// About the x axis.
Matrix turn(float sine, float cosine) { return {1, 0, 0, 0, cosine, -sine, 0, sine, cosine}; }

}  // namespace

std::int32_t residue_type(char letter) {
  const char large = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  const std::size_t found = kResidueTypes.find(large);
  return found == std::string_view::npos ? kUnknownResidue : static_cast<std::int32_t>(found);
}

const IdealResidue& ideal_residue(std::int32_t type) { return kIdealResidues[checked(type)]; }

const std::array<Frame, kRigidGroups>& default_frames(std::int32_t type) {
  static const auto all = of_each<std::array<Frame, kRigidGroups>>(frames_of);
  return all[checked(type)];
}

const std::array<std::int32_t, kMostAtoms>& atom_kinds(std::int32_t type) {
  static const auto all = of_each<std::array<std::int32_t, kMostAtoms>>(kinds_of);
  return all[checked(type)];
}

void place_atoms(std::int32_t type, const Frame& backbone, const float* angles, float* to) {
  const auto& rest = default_frames(type);
  std::array<Frame, kRigidGroups> groups;
  groups[0] = rest[0];
  for (std::size_t g = 1; g < groups.size(); ++g) {
    groups[g] = {product(rest[g].rotation, turn(angles[2 * (g - 1)], angles[2 * (g - 1) + 1])), rest[g].translation};
    if (g > kFirstChi) groups[g] = composed(groups[g - 1], groups[g]);
  }
  std::fill_n(to, kMostAtoms * 3, 0.0F);
  for (const IdealAtom& atom : ideal_residue(type).atoms) {
    const Frame frame = composed(backbone, groups[static_cast<std::size_t>(atom.group)]);
    to = std::ranges::copy(applied(frame, atom.at), to).out;
  }
}

}  // namespace groel::structure_models
