// Lays the atoms of templates on the residues of a job's proteins.
#include "folding/template_features.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/error.h"
#include "folding/alignment.h"
#include "io/template_chain.h"

namespace groel::folding {
namespace {

constexpr std::size_t kShortest = 4;  // chains of up to so many tokens have no templates

using Names = std::vector<std::string_view>;

// The atoms of a residue's slots (AlphaFold's order of 14).
const Names& slot_names(char letter) {
  static const std::map<char, Names> names{
      {'A', {"N", "CA", "C", "O", "CB"}},
      {'R', {"N", "CA", "C", "O", "CB", "CG", "CD", "NE", "CZ", "NH1", "NH2"}},
      {'N', {"N", "CA", "C", "O", "CB", "CG", "OD1", "ND2"}},
      {'D', {"N", "CA", "C", "O", "CB", "CG", "OD1", "OD2"}},
      {'C', {"N", "CA", "C", "O", "CB", "SG"}},
      {'Q', {"N", "CA", "C", "O", "CB", "CG", "CD", "OE1", "NE2"}},
      {'E', {"N", "CA", "C", "O", "CB", "CG", "CD", "OE1", "OE2"}},
      {'G', {"N", "CA", "C", "O"}},
      {'H', {"N", "CA", "C", "O", "CB", "CG", "ND1", "CD2", "CE1", "NE2"}},
      {'I', {"N", "CA", "C", "O", "CB", "CG1", "CG2", "CD1"}},
      {'L', {"N", "CA", "C", "O", "CB", "CG", "CD1", "CD2"}},
      {'K', {"N", "CA", "C", "O", "CB", "CG", "CD", "CE", "NZ"}},
      {'M', {"N", "CA", "C", "O", "CB", "CG", "SD", "CE"}},
      {'F', {"N", "CA", "C", "O", "CB", "CG", "CD1", "CD2", "CE1", "CE2", "CZ"}},
      {'P', {"N", "CA", "C", "O", "CB", "CG", "CD"}},
      {'S', {"N", "CA", "C", "O", "CB", "OG"}},
      {'T', {"N", "CA", "C", "O", "CB", "OG1", "CG2"}},
      {'W', {"N", "CA", "C", "O", "CB", "CG", "CD1", "CD2", "NE1", "CE2", "CE3", "CZ2", "CZ3", "CH2"}},
      {'Y', {"N", "CA", "C", "O", "CB", "CG", "CD1", "CD2", "CE1", "CE2", "CZ", "OH"}},
      {'V', {"N", "CA", "C", "O", "CB", "CG1", "CG2"}},
      {'X', {}}};
  return names.at(letter);
}

char standardized(char letter) {
  switch (letter) {
    case 'B': return 'D';
    case 'U': return 'C';
    case 'Z': return 'E';
    default: return std::string_view("ARNDCQEGHILKMFPSTWYV").find(letter) == std::string_view::npos ? 'X' : letter;
  }
}

struct ResidueSlots {
  std::int32_t letter = kGap;
  std::array<std::array<float, 3>, kSlots> at{};
  std::array<bool, kSlots> seen{};
};

using ChainSlots = std::vector<ResidueSlots>;  // by residue of the query

ResidueSlots slots_of(const io::TemplateResidue& residue, char letter) {
  ResidueSlots slots;
  slots.letter = letter_number(letter, Molecule::protein);
  const Names& names = slot_names(letter);
  for (std::size_t s = 0; s < kSlots; ++s) {
    const auto atom = std::ranges::find(residue.atoms, s < names.size() ? names[s] : "N", &io::TemplateAtom::name);
    if (atom == residue.atoms.end()) continue;
    slots.seen[s] = true;
    slots.at[s] = atom->at;
  }
  return slots;
}

// Negative numbers count from the end, as Python's do.
std::size_t place(int index, std::size_t count, const std::string& label, const char* what) {
  const auto size = static_cast<std::int64_t>(count);
  const std::int64_t at = index < 0 ? index + size : index;
  if (at < 0 || at >= size)
    throw Error(ErrorKind::bad_input,
                {fmt::format("{} {} is not there: there are {}, from 0 on", what, index, count), label, {}});
  return static_cast<std::size_t>(at);
}

ChainSlots lay(const Template& one, std::size_t length, const ComponentTable& components, const std::string& label) {
  const io::TemplateChain chain = io::read_template_chain(one.mmcif, label);
  if (chain.released.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("the structure {} has no release date", chain.entry), label,
                                       "give _pdbx_audit_revision_history.revision_date a date (1989-11-17)"});
  if (chain.polymers != 1)
    throw Error(ErrorKind::bad_input, {fmt::format("the structure {} has {} polymer chains, and a template has one",
                                                   chain.entry, chain.polymers),
                                       label,
                                       {}});
  ChainSlots slots(length);
  for (const auto& [query, other] : one.residues) {
    const io::TemplateResidue& residue = chain.residues[place(other, chain.residues.size(), label, "template residue")];
    const char letter = components.letter(residue.code, residue.letter);
    slots[place(query, length, label, "query residue")] = slots_of(residue, standardized(letter));
  }
  return slots;
}

void write(const ChainSlots& slots, const TokenLayout& layout, std::size_t chain, std::size_t number,
           TemplateFeatures& out) {
  const std::size_t tokens = layout.tokens.size();
  const auto [first, last] = layout.range(chain);
  for (std::size_t t = first; t < last; ++t) {
    const ResidueSlots& from = slots[layout.tokens[t].column - layout.tokens[first].column];
    const std::size_t at = number * tokens + t;
    out.letters[at] = from.letter;
    for (std::size_t s = 0; s < kSlots; ++s) {
      out.mask[at * kSlots + s] = from.seen[s] ? 1 : 0;
      for (std::size_t i = 0; i < 3; ++i)
        out.positions[(at * kSlots + s) * 3 + i] = from.seen[s] ? from.at[s][i] : 0.0F;
    }
  }
}

// What makes chains copies of one another for AlphaFold 3: the components of their tokens.
std::string components_of(const TokenLayout& layout, std::size_t chain) {
  std::string text;
  const auto [first, last] = layout.range(chain);
  for (std::size_t t = first; t < last; ++t) text += layout.residues[layout.tokens[t].residue].component + ",";
  return text;
}

bool takes_templates(const TokenLayout& layout, std::size_t chain) {
  const auto [first, last] = layout.range(chain);
  return layout.chains[chain].molecule == Molecule::protein && last - first > kShortest;
}

}  // namespace

void note_templates(TokenLayout& layout) {
  std::map<std::string, std::size_t> first_copy;
  for (std::size_t c = 0; c < layout.chains.size(); ++c) {
    const JobChain& chain = layout.chains[c];
    const std::size_t own = chain.templates ? chain.templates->size() : 0;
    if (!takes_templates(layout, c)) {
      if (own > 0)
        layout.notes.push_back(
            fmt::format("the templates of chain {} ({}) are not used: chains of up to {} tokens take none", chain.id,
                        own, kShortest));
      continue;
    }
    const auto [copy, fresh] = first_copy.try_emplace(components_of(layout, c), c);
    const JobChain& first = layout.chains[copy->second];
    if (fresh && own > kTemplates)
      layout.notes.push_back(
          fmt::format("of the {} templates of chain {} only the first {} are used", own, chain.id, kTemplates));
    if (!fresh && chain.templates && chain.templates != first.templates)
      layout.notes.push_back(
          fmt::format("chain {0} is a copy of chain {1} and takes its templates: its own ({2}) are not used", chain.id,
                      first.id, own));
  }
}

TemplateFeatures template_features(const TokenLayout& layout, const ComponentTable& components) {
  const std::size_t tokens = layout.tokens.size();
  TemplateFeatures out{std::vector<std::int32_t>(kTemplates * tokens),
                       std::vector<float>(kTemplates * tokens * kSlots * 3),
                       std::vector<std::uint8_t>(kTemplates * tokens * kSlots)};
  std::map<std::string, std::size_t> first_copy;
  for (std::size_t c = 0; c < layout.chains.size(); ++c) {
    if (!takes_templates(layout, c)) continue;
    const JobChain& chain = layout.chains[first_copy.try_emplace(components_of(layout, c), c).first->second];
    if (!chain.templates)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("the templates of chain {} are missing: they are to be searched first", chain.id),
                   {},
                   "give them in the job ([] for none), or let the program search"});
    for (std::size_t i = 0; i < std::min(kTemplates, chain.templates->size()); ++i)
      write(lay((*chain.templates)[i], chain.sequence.size(), components,
                fmt::format("template {} of chain {}", i + 1, chain.id)),
            layout, c, i, out);
  }
  return out;
}

}  // namespace groel::folding
