// Makes reference conformers: by RDKit, or of the dictionary's coordinates.
#include "folding/reference.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/threads.h"
#include "base/words.h"
#include "folding/molecule.h"
#include "statistics/numpy_random.h"

namespace groel::folding {
namespace {

using Positions = std::vector<std::array<float, 3>>;
using Vector = std::array<double, 3>;

struct Bare {
  std::vector<MoleculeAtom> atoms;
  Positions at;
};

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Vector normals(statistics::NumpyRandom& random) {
  Vector v{};
  for (double& x : v) x = random.normal();
  return v;
}

Vector scaled(Vector v) {
  const double length = std::max(1e-10, std::sqrt(dot(v, v)));
  for (double& x : v) x /= length;
  return v;
}

// Two random vectors made orthogonal, and the one across.
std::array<Vector, 3> random_rotation(statistics::NumpyRandom& random) {
  const Vector first = normals(random), second = normals(random);
  const Vector a = scaled(first);
  Vector b = second;
  const double along = dot(second, a);
  for (std::size_t i = 0; i < 3; ++i) b[i] -= a[i] * along;
  b = scaled(b);
  return {a, b, Vector{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]}};
}

// How a residue's atoms are turned and moved.
struct Frame {
  std::array<Vector, 3> rotation{};
  Vector shift{};
};

Frame draw_frame(statistics::NumpyRandom& random) {
  const auto rotation = random_rotation(random);
  return {rotation, normals(random)};
}

void augment(Positions& positions, const Frame& frame) {
  std::array<float, 3> center{};
  for (const auto& at : positions)
    for (std::size_t i = 0; i < 3; ++i) center[i] += at[i];
  for (float& x : center) x /= static_cast<float>(std::max<std::size_t>(1, positions.size()));
  for (auto& at : positions) {
    const Vector from{static_cast<double>(at[0] - center[0]), static_cast<double>(at[1] - center[1]),
                      static_cast<double>(at[2] - center[2])};
    for (std::size_t i = 0; i < 3; ++i) at[i] = static_cast<float>(dot(frame.rotation[i], from) + frame.shift[i]);
  }
}

bool has_gaps(const Component& component, const std::array<double, 3> io::ComponentAtom::*which) {
  return std::ranges::any_of(component.atoms, [&](const io::ComponentAtom& atom) {
    return std::ranges::any_of(atom.*which, [](double x) { return std::isnan(x); });
  });
}

// What is drawn for a residue, whether a conformer is found or not.
struct Drawn {
  std::shared_ptr<MoleculeGraph> graph{};
  std::optional<std::uint32_t> seed{};
  Frame frame{};
  bool wanted = false;  ///< its conformer
};

struct Maker {
  const ComponentTable& components;
  const ReferenceOptions& options;
  statistics::NumpyRandom random;
  std::map<std::string, std::shared_ptr<MoleculeGraph>> graphs{};  // by code or SMILES
  std::set<std::string> ideal{}, unknown{};  // components without a conformer, without coordinates

  std::shared_ptr<MoleculeGraph> graph_of(const JobChain& chain, const Residue& residue);
  Bare of_dictionary(const Component& component);
  Drawn draw(const TokenLayout& layout, std::size_t index);
  ReferenceResidue make(const Residue& residue, const Drawn& drawn, std::optional<Positions> conformer);
};

std::shared_ptr<MoleculeGraph> Maker::graph_of(const JobChain& chain, const Residue& residue) {
  const std::string key = chain.smiles ? "SMILES " + *chain.smiles : residue.component;
  if (const auto known = graphs.find(key); known != graphs.end()) return known->second;
  std::shared_ptr<MoleculeGraph> made;
  if (chain.smiles)
    made = molecule_of_smiles(*chain.smiles);
  else
    made = molecule_of(*components.find(residue.component));
  return graphs[key] = std::move(made);
}

// Ideal coordinates; where some are missing, those of the model that the component is known from, if it is old enough.
Bare Maker::of_dictionary(const Component& component) {
  Bare bare;
  const bool gaps = has_gaps(component, &io::ComponentAtom::ideal);
  const bool by_model = gaps && !component.modified.empty() && component.modified < options.newest;
  if (by_model ? has_gaps(component, &io::ComponentAtom::model) : gaps) unknown.insert(component.name);
  for (const io::ComponentAtom& atom : component.atoms) {
    bare.atoms.push_back({atom.name, atom.element, atomic_number(atom.element), atom.charge});
    const auto& from = by_model ? atom.model : atom.ideal;
    auto& at = bare.at.emplace_back();
    for (std::size_t i = 0; i < 3; ++i) at[i] = std::isnan(from[i]) ? 0.0F : static_cast<float>(from[i]);
  }
  return bare;
}

// The atoms of a conformer: RDKit's, which are a component's by name.
std::vector<MoleculeAtom> sorted_atoms(const MoleculeGraph* graph, const Component* component) {
  if (graph != nullptr) return graph->atoms();
  std::vector<MoleculeAtom> atoms;
  for (const io::ComponentAtom& atom : component->atoms)
    atoms.push_back({atom.name, atom.element, atomic_number(atom.element), atom.charge});
  std::ranges::sort(atoms, {}, &MoleculeAtom::name);
  return atoms;
}

Drawn Maker::draw(const TokenLayout& layout, std::size_t index) {
  const Residue& residue = layout.residues[index];
  const JobChain& chain = layout.chains[residue.chain];
  Drawn drawn{graph_of(chain, residue), {}, {}, !options.ligands_alone || chain.molecule == Molecule::ligand};
  // Without RDKit most components are taken to be ones that it could make a molecule of.
  if (drawn.graph != nullptr || !has_molecules()) drawn.seed = random.interval((1U << 31) - 2) + 1;
  drawn.frame = draw_frame(random);
  return drawn;
}

ReferenceResidue Maker::make(const Residue& residue, const Drawn& drawn, std::optional<Positions> conformer) {
  const Component* const component = components.find(residue.component);
  Bare bare;
  if (conformer)
    bare = {sorted_atoms(drawn.graph.get(), component), std::move(*conformer)};
  else if (component != nullptr)
    bare = of_dictionary(*component);
  else
    bare = {drawn.graph->atoms(), Positions(drawn.graph->atoms().size())};
  if (!conformer && drawn.wanted) (component == nullptr ? unknown : ideal).insert(residue.component);
  augment(bare.at, drawn.frame);
  ReferenceResidue out;
  for (std::size_t i = 0; i < bare.atoms.size(); ++i)
    out.atoms.emplace(bare.atoms[i].name, ReferenceAtom{bare.at[i], bare.atoms[i].number, bare.atoms[i].charge});
  if (component == nullptr)
    out.bonds = drawn.graph->bonds();
  else
    for (const io::ComponentBond& bond : component->bonds) out.bonds.emplace_back(bond.from, bond.to);
  return out;
}

// Conformers of the residues that want one, on all threads: each has its own seed.
std::vector<std::optional<Positions>> find_conformers(const std::vector<Drawn>& drawn,
                                                      const ReferenceOptions& options) {
  std::vector<std::optional<Positions>> found(drawn.size());
  if (options.source) {
    for (std::size_t r = 0; r < drawn.size(); ++r)
      if (drawn[r].wanted && drawn[r].seed) found[r] = options.source(r, *drawn[r].seed);
    return found;
  }
  if (!options.conformers) return found;
  parallel_for(std::ssize(drawn), [&](std::int64_t r) {
    const Drawn& one = drawn[static_cast<std::size_t>(r)];
    if (one.wanted && one.seed && one.graph != nullptr)
      found[static_cast<std::size_t>(r)] = one.graph->conformer(*one.seed, options.iterations);
  });
  return found;
}

void say(const Maker& maker, const ReferenceOptions& options, std::vector<std::string>& notes) {
  const auto list = [](const std::set<std::string>& codes) { return listed({codes.begin(), codes.end()}, 8); };
  if (!has_molecules() || !options.conformers)
    notes.push_back("RDKit makes no conformers here: the residues' coordinates are the ideal ones of their components");
  else if (!maker.ideal.empty())
    notes.push_back(
        fmt::format("RDKit finds no conformer of {}: their coordinates are the dictionary's", list(maker.ideal)));
  if (!maker.unknown.empty())
    notes.push_back(
        fmt::format("{} has no coordinates at all, or lacks some: they are 0, and what is predicted of it is doubtful",
                    list(maker.unknown)));
}

}  // namespace

std::vector<ReferenceResidue> references(const TokenLayout& layout, const ComponentTable& components,
                                         const ReferenceOptions& options, std::vector<std::string>* notes) {
  Maker maker{components, options, statistics::NumpyRandom(options.seed)};
  std::vector<Drawn> drawn(layout.residues.size());
  for (std::size_t r = 0; r < layout.residues.size(); ++r)
    if (!layout.residues[r].atoms.empty()) drawn[r] = maker.draw(layout, r);
  auto conformers = find_conformers(drawn, options);
  std::vector<ReferenceResidue> all(layout.residues.size());
  for (std::size_t r = 0; r < layout.residues.size(); ++r)
    if (!layout.residues[r].atoms.empty()) all[r] = maker.make(layout.residues[r], drawn[r], std::move(conformers[r]));
  if (notes != nullptr) say(maker, options, *notes);
  return all;
}

}  // namespace groel::folding
