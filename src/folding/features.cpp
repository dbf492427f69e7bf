// Assembles the arrays of AlphaFold 3's batch.
#include "folding/features.h"

#include <algorithm>
#include <array>

#include "folding/boltz2_features.h"
#include "folding/feature_writer.h"
#include "folding/template_features.h"

namespace groel::folding {
namespace {

using Truth = FeatureWriter::Truth;

// The seed by which frames do not depend on the job's (AlphaFold 3's).
constexpr std::uint32_t kFrameSeed = 12312837;

// A token's residue as one of 31: modified residues by their parents.
std::int32_t residue_letter(const Token& token, const TokenLayout& layout, const ComponentTable& components) {
  const std::string& code = layout.residues[token.residue].component;
  const Molecule molecule = layout.chain_of(token).molecule;
  if (molecule == Molecule::ligand) return kUnknownAminoAcid;
  const char letter = components.letter(code, 'X');
  if (molecule == Molecule::protein) {
    const bool one = std::string_view("ARNDCQEGHILKMFPSTWYV").find(letter) != std::string_view::npos;
    return one ? letter_number(letter, molecule) : kUnknownAminoAcid;
  }
  return letter_number(letter, molecule);
}

struct ChainIds {
  std::vector<std::int32_t> entity, copy;  // per chain, from 1
};

ChainIds chain_ids(const TokenLayout& layout) {
  std::vector<std::string> sequences(layout.chains.size());
  for (const Token& token : layout.tokens)
    sequences[layout.residues[token.residue].chain] += layout.residues[token.residue].component + ",";
  ChainIds ids;
  std::map<std::string, std::pair<std::int32_t, std::int32_t>> seen;
  for (const std::string& sequence : sequences) {
    const auto found = seen.try_emplace(sequence, static_cast<std::int32_t>(seen.size() + 1), 0).first;
    ids.entity.push_back(found->second.first);
    ids.copy.push_back(++found->second.second);
  }
  return ids;
}

template <class T, class Of>
std::vector<T> per_token(const TokenLayout& layout, const Of& of) {
  std::vector<T> values;
  values.reserve(layout.tokens.size());
  for (const Token& token : layout.tokens) values.push_back(of(token));
  return values;
}

void add_token_features(const TokenLayout& layout, const ComponentTable& components, FeatureWriter& to) {
  const ChainIds ids = chain_ids(layout);
  const auto chain = [&](const Token& token) { return layout.residues[token.residue].chain; };
  const auto is = [&](Molecule molecule) {
    return per_token<Truth>(layout,
                            [&](const Token& token) { return Truth(layout.chain_of(token).molecule == molecule); });
  };
  std::int32_t number = 0;
  to.add_tokens("residue_index", per_token<std::int32_t>(layout, [&](const Token& token) {
                  return layout.residues[token.residue].number;
                }));
  to.add_tokens("token_index", per_token<std::int32_t>(layout, [&](const Token&) { return ++number; }));
  to.add_tokens("aatype", per_token<std::int32_t>(
                              layout, [&](const Token& token) { return residue_letter(token, layout, components); }));
  to.add_tokens("seq_mask", per_token<Truth>(layout, [](const Token&) { return Truth(true); }));
  to.add_tokens("asym_id", per_token<std::int32_t>(layout, [&](const Token& token) {
                  return static_cast<std::int32_t>(chain(token) + 1);
                }));
  to.add_tokens("entity_id",
                per_token<std::int32_t>(layout, [&](const Token& token) { return ids.entity[chain(token)]; }));
  to.add_tokens("sym_id", per_token<std::int32_t>(layout, [&](const Token& token) { return ids.copy[chain(token)]; }));
  to.add("seq_length", {}, std::vector<std::int32_t>{static_cast<std::int32_t>(layout.tokens.size())});
  to.add_tokens("is_protein", is(Molecule::protein));
  to.add_tokens("is_rna", is(Molecule::rna));
  to.add_tokens("is_dna", is(Molecule::dna));
  to.add_tokens("is_ligand", is(Molecule::ligand));
  for (const char* none : {"is_nonstandard_polymer_chain", "is_water"})
    to.add_tokens(none, std::vector<Truth>(layout.tokens.size()));
}

void add_alignments(const TokenLayout& layout, const ComponentTable& components, const PairingOptions& options,
                    FeatureWriter& to) {
  const AlignmentFeatures all = alignment_features(layout, components, options);
  const std::size_t tokens = layout.tokens.size();
  to.add_rows("msa", all.letters, all.rows, tokens);
  to.add_rows("msa_mask", std::vector<Truth>(all.rows * tokens, Truth(true)), all.rows, tokens);
  to.add_rows("deletion_matrix", all.deletions, all.rows, tokens);
  to.add_tokens("profile", all.profile, {kLetters});
  to.add_tokens("deletion_mean", all.deletion_mean);
  to.add("num_alignments", {}, std::vector<std::int32_t>{static_cast<std::int32_t>(all.rows)});
}

void add_templates(const TokenLayout& layout, const ComponentTable& components, FeatureWriter& to) {
  const TemplateFeatures all = template_features(layout, components);
  const std::size_t tokens = layout.tokens.size();
  to.add_rows("template_aatype", all.letters, kTemplates, tokens);
  to.add_rows("template_atom_positions", all.positions, kTemplates, tokens, {kSlots, 3});
  to.add_rows("template_atom_mask", std::vector<Truth>(all.mask.begin(), all.mask.end()), kTemplates, tokens, {kSlots});
}

// A residue's reference atoms where its tokens have them.
void add_references(const TokenLayout& layout, const std::vector<ReferenceResidue>& references, FeatureWriter& to) {
  const std::size_t slots = layout.tokens.size() * kSlots;
  std::vector<float> at(slots * 3), charge(slots);
  std::vector<Truth> mask(slots);
  std::vector<std::int32_t> element(slots), characters(slots * 4), space(slots);
  std::map<std::size_t, std::int32_t> spaces;
  for (std::size_t t = 0; t < layout.tokens.size(); ++t)
    for (std::size_t s = 0; s < kSlots; ++s) {
      const Token& token = layout.tokens[t];
      const std::size_t slot = t * kSlots + s;
      space[slot] = spaces.try_emplace(token.residue, static_cast<std::int32_t>(spaces.size())).first->second;
      const std::string& name = token.slots[s].name;
      const auto& atoms = references[token.residue].atoms;
      const auto found = name.empty() ? atoms.end() : atoms.find(name);
      if (found == atoms.end()) continue;
      std::copy_n(found->second.at.begin(), 3, at.begin() + static_cast<std::ptrdiff_t>(slot * 3));
      mask[slot] = true;
      element[slot] = found->second.element;
      charge[slot] = static_cast<float>(found->second.charge);
      for (std::size_t c = 0; c < name.size(); ++c) characters[slot * 4 + c] = name[c] - 32;
    }
  to.add_tokens("ref_pos", at, {kSlots, 3});
  to.add_tokens("ref_mask", mask, {kSlots});
  to.add_tokens("ref_element", element, {kSlots});
  to.add_tokens("ref_charge", charge, {kSlots});
  to.add_tokens("ref_atom_name_chars", characters, {kSlots, 4});
  to.add_tokens("ref_space_uid", space, {kSlots});
}

void add_slots(const TokenLayout& layout, FeatureWriter& to) {
  std::vector<Truth> there;
  for (const Token& token : layout.tokens)
    for (const SlotAtom& atom : token.slots) there.emplace_back(!atom.name.empty());
  to.add_tokens("pred_dense_atom_mask", there, {kSlots});
  to.add_tokens("residue_center_index", per_token<std::int32_t>(layout, [](const Token& token) {
                  return static_cast<std::int32_t>(token.center);
                }));
}

// AlphaFold 3 has room for four characters.
void check_names(const TokenLayout& layout) {
  for (const Residue& residue : layout.residues)
    for (const SlotAtom& atom : residue.atoms)
      if (atom.name.size() > 4)
        throw Error(ErrorKind::bad_input,
                    {fmt::format("the atom {} of {} has a name of over four characters", atom.name, residue.component),
                     fmt::format("chain {}", layout.chains[residue.chain].id),
                     "give the component's atoms shorter names in userCCD"});
}

}  // namespace

std::size_t padded_tokens(std::size_t tokens, const std::vector<std::size_t>& buckets) {
  const auto found = std::ranges::lower_bound(buckets, tokens);
  return found == buckets.end() ? tokens : *found;
}

Features featurize(const TokenLayout& layout, const ComponentTable& components, const FeaturizeOptions& options,
                   std::vector<std::string>* notes) {
  check_names(layout);
  Features features;
  FeatureWriter to(features, padded_tokens(layout.tokens.size(), options.buckets));
  add_token_features(layout, components, to);
  add_alignments(layout, components, options.alignments, to);
  add_templates(layout, components, to);
  const auto own = references(layout, components, options.references, notes);
  add_references(layout, own, to);
  add_slots(layout, to);
  add_gathers(layout, components, own, to);
  if (layout.rules == TokenRules::boltz2) add_boltz2_features(layout, components, options.alignments, to, notes);
  ReferenceOptions fixed = options.references;
  fixed.seed = kFrameSeed;
  fixed.iterations = 0;
  fixed.source = {};
  fixed.ligands_alone = true;
  to.add_tokens("frames_mask", frames_mask(layout, references(layout, components, fixed)));
  return features;
}

}  // namespace groel::folding
