// Looks chemical components up, and says which a chain is made of.
#include "folding/components.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.h"
#include "folding/own_components.h"
#include "io/compressed.h"

namespace groel::folding {
namespace {

constexpr std::string_view kAminoAcids[] = {"ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE",
                                            "LEU", "LYS", "MET", "PHE", "PRO", "SER", "THR", "TRP", "TYR", "VAL"};
constexpr std::string_view kAminoLetters = "ARNDCQEGHILKMFPSTWYV";
constexpr std::string_view kNucleotides[] = {"A", "C", "G", "U", "N", "DA", "DC", "DG", "DT", "DN"};

// Of the symbols up to the lanthanides' neighbours those that components have; the periodic table in order.
constexpr std::string_view kElements[] = {
    "",   "H",  "HE", "LI", "BE", "B",  "C",  "N",  "O",  "F",  "NE", "NA", "MG", "AL", "SI", "P",  "S",
    "CL", "AR", "K",  "CA", "SC", "TI", "V",  "CR", "MN", "FE", "CO", "NI", "CU", "ZN", "GA", "GE", "AS",
    "SE", "BR", "KR", "RB", "SR", "Y",  "ZR", "NB", "MO", "TC", "RU", "RH", "PD", "AG", "CD", "IN", "SN",
    "SB", "TE", "I",  "XE", "CS", "BA", "LA", "CE", "PR", "ND", "PM", "SM", "EU", "GD", "TB", "DY", "HO",
    "ER", "TM", "YB", "LU", "HF", "TA", "W",  "RE", "OS", "IR", "PT", "AU", "HG", "TL", "PB", "BI", "PO",
    "AT", "RN", "FR", "RA", "AC", "TH", "PA", "U",  "NP", "PU", "AM", "CM", "BK", "CF", "ES", "FM", "MD",
    "NO", "LR", "RF", "DB", "SG", "BH", "HS", "MT", "DS", "RG", "CN", "NH", "FL", "MC", "LV", "TS", "OG"};

std::string code_of(char letter, Molecule molecule) {
  const std::string one(1, letter);
  if (molecule == Molecule::protein) {
    const auto at = kAminoLetters.find(letter);
    return at == std::string_view::npos ? "UNK" : std::string(kAminoAcids[at]);
  }
  if (molecule == Molecule::rna) return std::string_view("ACGU").find(letter) == std::string_view::npos ? "N" : one;
  return std::string_view("ACGT").find(letter) == std::string_view::npos ? "DN" : "D" + one;
}

// The blocks of a dictionary's text, each from its line "data_CODE" on; only those wanted are handed out.
class BlockReader {
 public:
  BlockReader(const std::string& path, const std::set<std::string>& codes)
      : bytes_(io::decompress(io::open_bytes(path), path)), codes_(codes) {}

  template <class Take>
  void each(const Take& take) {
    std::string line;
    while (read_line(line)) {
      if (line.starts_with("data_")) {
        finish(take);
        std::string code = line.substr(5);
        while (!code.empty() && std::isspace(static_cast<unsigned char>(code.back())) != 0) code.pop_back();
        wanted_ = codes_.contains(code);
      }
      if (wanted_) block_ += line;
    }
    finish(take);
  }

 private:
  template <class Take>
  void finish(const Take& take) {
    if (wanted_) take(block_);
    block_.clear();
    wanted_ = false;
  }

  bool read_line(std::string& line) {
    line.clear();
    for (;;) {
      const auto end = buffer_.find('\n', at_);
      if (end != std::string::npos) {
        line.append(buffer_, at_, end + 1 - at_);
        at_ = end + 1;
        return true;
      }
      line.append(buffer_, at_);
      buffer_.resize(std::size_t{1} << 20);
      buffer_.resize(bytes_->read(buffer_));
      at_ = 0;
      if (buffer_.empty()) return !line.empty();
    }
  }

  std::unique_ptr<io::ByteReader> bytes_;
  const std::set<std::string>& codes_;
  std::string buffer_, block_;
  std::size_t at_ = 0;
  bool wanted_ = false;
};

}  // namespace

ComponentTable ComponentTable::own() {
  static const ComponentTable all = [] {
    ComponentTable made;
    made.add(std::string(own_components_text()), "the program's own components");
    return made;
  }();
  return all;
}

std::size_t ComponentTable::add(const std::string& text, const std::string& label) {
  auto blocks = io::component_blocks(text, label);
  for (Component& block : blocks) {
    std::string name = block.name;
    components_.insert_or_assign(std::move(name), std::move(block));
  }
  return blocks.size();
}

std::size_t ComponentTable::add_file(const std::string& path, const std::set<std::string>& codes) {
  std::size_t count = 0;
  BlockReader(path, codes).each([&](const std::string& block) { count += add(block, path); });
  return count;
}

const Component* ComponentTable::find(const std::string& code) const {
  const auto found = components_.find(code);
  return found == components_.end() ? nullptr : &found->second;
}

char ComponentTable::letter(const std::string& code, char otherwise) const {
  const Component* const component = find(code);
  const bool single = component != nullptr && component->letter.size() == 1 &&
                      std::isupper(static_cast<unsigned char>(component->letter[0])) != 0;
  return single ? component->letter[0] : otherwise;
}

std::vector<std::string> residue_codes(const ChainContent& chain) {
  if (chain.molecule == Molecule::ligand) return chain.components;
  std::vector<std::string> codes;
  for (const char letter : chain.sequence) codes.push_back(code_of(letter, chain.molecule));
  for (const Modification& one : chain.modifications) codes[static_cast<std::size_t>(one.position - 1)] = one.component;
  return codes;
}

std::set<std::string> codes_of(const Job& job) {
  std::set<std::string> codes;
  for (const JobChain& chain : job.chains)
    for (std::string& code : residue_codes(chain)) codes.insert(std::move(code));
  return codes;
}

std::string query_sequence(const ChainContent& chain, const ComponentTable& components) {
  std::string letters;
  const char unknown = chain.molecule == Molecule::protein ? 'X' : 'N';
  for (const std::string& code : residue_codes(chain)) letters += components.letter(code, unknown);
  return letters;
}

bool is_standard_amino_acid(std::string_view code) noexcept {
  return code == "UNK" || std::ranges::find(kAminoAcids, code) != std::end(kAminoAcids);
}

bool is_standard_nucleotide(std::string_view code) noexcept {
  return std::ranges::find(kNucleotides, code) != std::end(kNucleotides);
}

bool is_glycan(const Component& component) {
  std::string type = component.type;
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto at = type.find("saccharide");
  const auto letter = [&](std::size_t i) {
    return i < type.size() && (std::isalnum(static_cast<unsigned char>(type[i])) != 0 || type[i] == '_');
  };
  return at != std::string::npos && (at == 0 || !letter(at - 1)) && !letter(at + 10) && component.name != "UNX";
}

int atomic_number(std::string_view symbol) noexcept {
  std::string upper(symbol);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const auto found = std::ranges::find(kElements, upper);
  return found == std::end(kElements) ? 0 : static_cast<int>(found - std::begin(kElements));
}

}  // namespace groel::folding
