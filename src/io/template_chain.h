// Reads a template of AlphaFold 3: an mmCIF file with one polymer chain, and all residues of that chain.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace groel::io {

struct TemplateAtom {
  std::string name;
  std::array<float, 3> at{};  ///< Å
};

struct TemplateResidue {
  std::string code;                 ///< of its component; MSE has become MET
  char letter = 'X';                ///< of gemmi's table of residues; X: none
  std::vector<TemplateAtom> atoms;  ///< none where it was not seen
};

struct TemplateChain {
  std::string entry;     ///< the file's id
  std::string released;  ///< ISO date, the oldest of its revisions; "" where the file has none
  std::size_t polymers = 0;
  std::string name;  ///< the author's, of the first polymer
  std::vector<TemplateResidue> residues;
};

/// Of the first model; of alternative locations the one of the highest occupancy. In arginines NH1 is the one nearer to
/// CD. Errors: bad_input naming `label`, for what is no mmCIF.
TemplateChain read_template_chain(const std::string& mmcif, const std::string& label);
/// The polymer that the file's author called so; without residues where there is none.
TemplateChain read_template_chain(const std::string& mmcif, const std::string& label, const std::string& author);

/// The part that gemmi does (C++17). Throws what gemmi throws.
TemplateChain gemmi_template_chain(const std::string& mmcif, const std::string& author);

/// A file with that chain alone, as templates are: all of its residues, and the atoms that were seen.
std::string template_text(const TemplateChain& chain);

}  // namespace groel::io
