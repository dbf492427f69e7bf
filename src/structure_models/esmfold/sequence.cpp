// Chains to one sequence, and one structure to chains.
#include "structure_models/esmfold/sequence.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include "base/error.h"
#include "base/printable.h"
#include "structure_models/ideal_residues.h"

namespace groel::structure_models {
namespace {

constexpr std::int32_t kLinker = -1;
constexpr char kLinkerLetter = 'G';
constexpr std::int64_t kLargestNumber = std::numeric_limits<std::int32_t>::max() - 1;  // files count from 1

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

void add(EsmfoldSequence& to, char letter, std::int32_t chain, std::int64_t jump) {
  const std::int32_t type = residue_type(letter);
  const std::int64_t number = std::ssize(to.input.types) + jump;
  if (number > kLargestNumber)
    throw Error(ErrorKind::bad_input,
                {fmt::format("the residues of chain {} have numbers beyond {}", to.chains, kLargestNumber),
                 {},
                 "use a smaller `residue_offset`, or fewer chains"});
  to.input.residue_index.push_back(static_cast<std::int32_t>(number));
  to.input.types.push_back(type);
  to.letters += kResidueTypes[static_cast<std::size_t>(type)];
  to.chain.push_back(chain);
  if (chain == kLinker) return;
  if (letter >= 'a' && letter <= 'z') ++to.lower_case;
  if (type == kUnknownResidue && letter != 'X' && letter != 'x') ++to.unknown;
}

// `begin`: where the chain is in the text, for messages.
void add_chain(EsmfoldSequence& to, std::string_view chain, std::int64_t begin, std::int32_t number,
               std::int64_t jump) {
  if (chain.ends_with('*')) chain.remove_suffix(1);
  if (chain.empty())
    throw Error(ErrorKind::bad_input,
                {fmt::format("chain {} has no residues", number + 1), {}, "chains are separated by one ':'"});
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!is_letter(chain[i]))
      throw Error(ErrorKind::bad_input, {fmt::format("'{}' at position {} is no residue", printable(chain.substr(i, 1)),
                                                     begin + static_cast<std::int64_t>(i) + 1),
                                         {},
                                         "a sequence is of letters; ':' separates chains"});
    add(to, chain[i], number, jump);
  }
}

}  // namespace

std::int64_t EsmfoldSequence::residues() const {
  return std::ranges::count_if(chain, [](std::int32_t one) { return one != kLinker; });
}

EsmfoldSequence esmfold_sequence(std::string_view text, const ChainJoin& join) {
  EsmfoldSequence out;
  out.chains = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const auto number = static_cast<std::int32_t>(out.chains++);
    const std::int64_t jump = number * std::min(join.offset, kLargestNumber + 1);
    add_chain(out, text.substr(begin, end - begin), static_cast<std::int64_t>(begin), number, jump);
    if (end < text.size())
      for (std::int64_t i = 0; i < join.linker; ++i) add(out, kLinkerLetter, kLinker, jump);
    begin = end + 1;
  }
  return out;
}

std::vector<io::AtomChain> chains_of(const EsmfoldSequence& sequence, const SequenceStructure& structure) {
  constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
  std::vector<io::AtomChain> out(static_cast<std::size_t>(sequence.chains));
  const float* places = structure.atoms.data<float>();
  const float* sure = structure.plddt.data<float>();
  for (std::size_t i = 0; i < sequence.chain.size(); ++i, places += kMostAtoms * 3, sure += kAtomKinds) {
    if (sequence.chain[i] == kLinker) continue;
    io::AtomResidue residue{sequence.letters[i], sequence.input.residue_index[i] + 1, 100 * sure[1]};
    for (auto& atom : residue.atoms) atom.fill(kMissing);
    residue.b_factors.emplace();
    for (std::size_t kind = 0; kind < residue.atoms.size(); ++kind) (*residue.b_factors)[kind] = 100 * sure[kind];
    const std::int32_t type = sequence.input.types[i];
    for (std::size_t a = 0; a < ideal_residue(type).atoms.size(); ++a)
      std::copy_n(places + 3 * a, 3, residue.atoms[static_cast<std::size_t>(atom_kinds(type)[a])].begin());
    out[static_cast<std::size_t>(sequence.chain[i])].residues.push_back(residue);
  }
  return out;
}

double mean_plddt(const EsmfoldSequence& sequence, const SequenceStructure& structure) {
  double sum = 0;
  std::int64_t atoms = 0;
  for (std::size_t i = 0; i < sequence.chain.size(); ++i) {
    if (sequence.chain[i] == kLinker) continue;
    const std::int32_t type = sequence.input.types[i];
    for (std::size_t a = 0; a < ideal_residue(type).atoms.size(); ++a, ++atoms)
      sum += structure.plddt.data<float>()[i * kAtomKinds + static_cast<std::size_t>(atom_kinds(type)[a])];
  }
  return atoms == 0 ? 0 : 100 * sum / static_cast<double>(atoms);
}

std::string pdb_title(std::string_view title) {
  std::string out = fmt::format("TITLE     {} PREDICTION", title);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

std::string sequence_pdb(const EsmfoldSequence& sequence, const SequenceStructure& structure, std::string_view title) {
  return fmt::format("{}\nREMARK   1 B FACTORS ARE PLDDT FROM 0 TO 100\n{}END\n", pdb_title(title),
                     io::pdb_text(chains_of(sequence, structure)));
}

std::string sequence_mmcif(const EsmfoldSequence& sequence, const SequenceStructure& structure, std::string_view title,
                           const std::string& id) {
  return io::mmcif_text(chains_of(sequence, structure), id) + fmt::format("_struct.title '{} prediction'\n", title) +
         "#\n_ma_qa_metric.id   1\n_ma_qa_metric.mode local\n_ma_qa_metric.name pLDDT\n_ma_qa_metric.type "
         "pLDDT\n#\n";
}

std::vector<float> without_linkers(const EsmfoldSequence& sequence, const Tensor& x) {
  const std::int64_t width = x.count() / std::max<std::int64_t>(x.size(0), 1);
  std::vector<float> out;
  for (std::size_t i = 0; i < sequence.chain.size(); ++i)
    if (sequence.chain[i] != kLinker) {
      const float* row = x.data<float>() + static_cast<std::int64_t>(i) * width;
      out.insert(out.end(), row, row + width);
    }
  return out;
}

std::vector<float> pairs_without_linkers(const EsmfoldSequence& sequence, const Tensor& x) {
  std::vector<float> out;
  const std::size_t count = sequence.chain.size();
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < count && sequence.chain[i] != kLinker; ++j)
      if (sequence.chain[j] != kLinker) out.push_back(x.data<float>()[i * count + j]);
  return out;
}

}  // namespace groel::structure_models
