// Where atoms and tokens lie in each other's arrays: flat atoms in windows of attention, bonds, pseudo-beta atoms.
#include <algorithm>
#include <map>

#include "folding/feature_writer.h"

namespace groel::folding {
namespace {

using Truth = FeatureWriter::Truth;
using Ids = std::vector<std::int32_t>;

constexpr std::int32_t kPadding = 0;  // the id of every place that pads
constexpr std::size_t kQueries = 32, kKeys = 128;

// Numbers for atoms: of a chain, a residue's number and a name, which is empty for places without an atom.
class AtomIds {
 public:
  explicit AtomIds(const TokenLayout& layout) : layout_(layout) {}
  std::int32_t operator()(std::size_t chain, int residue, const std::string& name) {
    return ids_.try_emplace({chain, residue, name}, static_cast<std::int32_t>(ids_.size() + 1)).first->second;
  }
  std::int32_t operator()(const Token& token, const std::string& name) {
    const Residue& residue = layout_.residues[token.residue];
    return (*this)(residue.chain, residue.number, name);
  }
  std::int32_t operator()(const BondedAtom& atom, const std::string& name) {
    std::size_t chain = 0;
    while (chain < layout_.chains.size() && layout_.chains[chain].id != atom.chain) ++chain;
    return (*this)(chain, atom.residue, name);
  }
  std::size_t count() const { return ids_.size() + 1; }

 private:
  const TokenLayout& layout_;
  std::map<std::tuple<std::size_t, int, std::string>, std::int32_t> ids_;
};

struct Gather {
  std::vector<std::int64_t> at;
  std::vector<Truth> there;
};

// Where each target is in the source: the last of equal ones, and 0 with a mask of false for what is not there.
Gather gather(const Ids& source, const Ids& target, std::size_t count) {
  std::vector<std::int64_t> place(count, -1);
  for (std::size_t i = 0; i < source.size(); ++i)
    place[static_cast<std::size_t>(source[i])] = static_cast<std::int64_t>(i);
  Gather out;
  for (const std::int32_t id : target) {
    const std::int64_t at = place[static_cast<std::size_t>(id)];
    out.at.push_back(std::max<std::int64_t>(at, 0));
    out.there.emplace_back(at >= 0);
  }
  return out;
}

struct Shapes {
  std::vector<std::int64_t> target, source;
};

void write(const std::string& name, const Gather& gathered, const Shapes& shapes, FeatureWriter& to) {
  to.add(name + ":gather_idxs", shapes.target, gathered.at);
  to.add(name + ":gather_mask", shapes.target, gathered.there);
  to.add(name + ":input_shape", {std::ssize(shapes.source)}, shapes.source);
}

struct Gatherer {
  const TokenLayout& layout;
  const ComponentTable& components;
  FeatureWriter& to;
  AtomIds ids;
  Ids slots{}, centers{};  // of real tokens: [tokens, 24], [tokens]

  std::int64_t tokens() const { return std::ssize(layout.tokens); }
  std::int64_t padded() const { return static_cast<std::int64_t>(to.padded()); }
  Ids padded_slots() const;
  void add_windows();
  void add_pseudo_beta();
  void add_polymer_bonds();
  void add_ligand_bonds(const std::vector<ReferenceResidue>& references);
  std::size_t pseudo_beta(const Token& token) const;
  std::string token_atom(const BondedAtom& atom) const;
};

Ids Gatherer::padded_slots() const {
  Ids all = slots;
  all.resize(to.padded() * kSlots, kPadding);
  return all;
}

// Windows of keys around those of queries, moved to lie within the atoms.
Ids key_windows(const Ids& flat, std::size_t atoms) {
  Ids keys;
  const auto size = std::ssize(flat), last = static_cast<std::ptrdiff_t>(atoms) - 1;
  for (std::ptrdiff_t start = 0; start < size; start += kQueries) {
    std::ptrdiff_t first = start + static_cast<std::ptrdiff_t>(kQueries / 2) - static_cast<std::ptrdiff_t>(kKeys / 2);
    if (first < 0)
      first = 0;
    else if (first + static_cast<std::ptrdiff_t>(kKeys) - 1 > last)
      first = last - static_cast<std::ptrdiff_t>(kKeys) + 1;
    for (std::ptrdiff_t i = first; i < first + static_cast<std::ptrdiff_t>(kKeys); ++i) {
      if (i >= size)
        throw Error(
            ErrorKind::bad_input,
            "AlphaFold 3's windows need six tokens at least where nothing is padded; leave the buckets as they are");
      keys.push_back(flat[static_cast<std::size_t>(i < 0 ? i + size : i)]);
    }
  }
  return keys;
}

// Tokens of the slots that were gathered, and whether there is an atom.
Gather tokens_of(const Gather& from, const std::vector<Truth>& real) {
  Gather out;
  for (std::size_t i = 0; i < from.at.size(); ++i) {
    const auto slot = static_cast<std::size_t>(from.at[i]);
    const bool there = from.there[i].value != 0;
    out.at.push_back(there ? static_cast<std::int64_t>(slot / kSlots) : 0);
    out.there.emplace_back(there && real[slot].value != 0);
  }
  return out;
}

void Gatherer::add_windows() {
  const Ids all = padded_slots();
  std::vector<Truth> real(all.size());
  Ids flat;
  for (std::size_t t = 0; t < layout.tokens.size(); ++t)
    for (std::size_t s = 0; s < kSlots; ++s) {
      if (layout.tokens[t].slots[s].name.empty()) continue;
      real[t * kSlots + s] = true;
      flat.push_back(all[t * kSlots + s]);
    }
  const std::size_t atoms = flat.size();
  flat.resize((to.padded() * kSlots + kQueries - 1) / kQueries * kQueries, kPadding);
  const Ids keys = key_windows(flat, atoms);
  const auto windows = static_cast<std::int64_t>(flat.size() / kQueries);
  const std::vector<std::int64_t> query_shape{windows, kQueries}, key_shape{windows, kKeys},
      slot_shape{padded(), kSlots};
  const Gather to_queries = gather(all, flat, ids.count()), to_keys = gather(all, keys, ids.count());
  write("token_atoms_to_queries", to_queries, {query_shape, slot_shape}, to);
  write("tokens_to_queries", tokens_of(to_queries, real), {query_shape, {padded()}}, to);
  write("tokens_to_keys", tokens_of(to_keys, real), {key_shape, {padded()}}, to);
  write("queries_to_keys", gather(flat, keys, ids.count()), {key_shape, query_shape}, to);
  write("queries_to_token_atoms", gather(flat, all, ids.count()), {slot_shape, query_shape}, to);
}

// The slot of Cβ, of glycine Cα, of purines C4, of pyrimidines C2; of what has none of them its first atom.
std::size_t Gatherer::pseudo_beta(const Token& token) const {
  const auto slot = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(token.slots, name, &SlotAtom::name) - token.slots.begin());
  };
  const Molecule molecule = layout.chain_of(token).molecule;
  std::size_t at = 0;
  if (molecule == Molecule::ligand) return 0;
  if (molecule == Molecule::protein) {
    at = slot("CB") < kSlots ? slot("CB") : slot("CA");
  } else {
    std::string code = layout.residues[token.residue].component;
    if (const Component* const component = components.find(code); component != nullptr && !component->parent.empty())
      code = component->parent;
    at = slot(code == "A" || code == "G" || code == "DA" || code == "DG" ? "C4" : "C2");
  }
  for (std::size_t s = 0; at == kSlots && s < kSlots; ++s)
    if (!token.slots[s].name.empty()) at = s;
  return at == kSlots ? 0 : at;
}

void Gatherer::add_pseudo_beta() {
  Ids targets;
  for (const Token& token : layout.tokens) targets.push_back(ids(token, token.slots[pseudo_beta(token)].name));
  targets.resize(to.padded(), kPadding);
  write("token_atoms_to_pseudo_beta", gather(slots, targets, ids.count()), {{padded()}, {tokens(), kSlots}}, to);
}

// A polymer's end of a bond is where its token is, whatever the atom.
std::string Gatherer::token_atom(const BondedAtom& atom) const {
  const auto chain = std::ranges::find(layout.chains, atom.chain, &JobChain::id);
  return chain->molecule == Molecule::protein ? "CA" : chain->molecule == Molecule::ligand ? atom.atom : "C1'";
}

void Gatherer::add_polymer_bonds() {
  Ids between_tokens, between_atoms;
  for (const Bond& bond : layout.to_polymers) {
    const std::int32_t from = ids(bond.from, token_atom(bond.from)), other = ids(bond.to, token_atom(bond.to));
    if (std::ranges::find(centers, from) != centers.end() && std::ranges::find(centers, other) != centers.end())
      between_tokens.insert(between_tokens.end(), {from, other});
    between_atoms.insert(between_atoms.end(), {ids(bond.from, bond.from.atom), ids(bond.to, bond.to.atom)});
  }
  between_tokens.resize(to.padded() * 2, kPadding);
  between_atoms.resize(to.padded() * 2, kPadding);
  write("tokens_to_polymer_ligand_bonds", gather(centers, between_tokens, ids.count()), {{padded(), 2}, {tokens()}},
        to);
  const std::int64_t source = layout.to_polymers.empty() ? padded() : tokens();
  write("token_atoms_to_polymer_ligand_bonds", gather(slots, between_atoms, ids.count()),
        {{padded(), 2}, {source, kSlots}}, to);
}

// The job's, then those within each component that is no standard residue; not those of hydrogens, which AlphaFold 3
// tells by their first letter.
void Gatherer::add_ligand_bonds(const std::vector<ReferenceResidue>& references) {
  Ids bonds;
  const auto add = [&](std::int32_t from, const std::string& from_name, std::int32_t other,
                       const std::string& other_name) {
    const bool known =
        std::ranges::find(centers, from) != centers.end() && std::ranges::find(centers, other) != centers.end();
    if (known && !from_name.starts_with('H') && !other_name.starts_with('H')) bonds.insert(bonds.end(), {from, other});
  };
  for (const Bond& bond : layout.of_ligands)
    add(ids(bond.from, bond.from.atom), bond.from.atom, ids(bond.to, bond.to.atom), bond.to.atom);
  for (std::size_t r = 0; r < layout.residues.size(); ++r) {
    const Residue& residue = layout.residues[r];
    if (residue.atoms.empty() || is_standard_amino_acid(residue.component) || is_standard_nucleotide(residue.component))
      continue;
    for (const auto& [from, other] : references[r].bonds)
      add(ids(residue.chain, residue.number, from), from, ids(residue.chain, residue.number, other), other);
  }
  bonds.resize(to.padded() * 20, kPadding);
  write("tokens_to_ligand_ligand_bonds", gather(centers, bonds, ids.count()), {{padded() * 10, 2}, {tokens()}}, to);
}

}  // namespace

void add_gathers(const TokenLayout& layout, const ComponentTable& components,
                 const std::vector<ReferenceResidue>& references, FeatureWriter& to) {
  Gatherer gatherer{layout, components, to, AtomIds(layout)};
  for (const Token& token : layout.tokens) {
    gatherer.centers.push_back(gatherer.ids(token, token.slots[token.center].name));
    for (const SlotAtom& atom : token.slots) gatherer.slots.push_back(gatherer.ids(token, atom.name));
  }
  gatherer.add_windows();
  gatherer.add_pseudo_beta();
  gatherer.add_polymer_bonds();
  gatherer.add_ligand_bonds(references);
}

}  // namespace groel::folding
