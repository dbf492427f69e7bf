// Tells from the head of a PDB file whether its B factors are pLDDT.
#include <cctype>

#include "io/characters.h"
#include "io/structure_whole.h"

namespace groel::io {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

bool has(const std::string& line, const char* word) { return line.find(word) != std::string::npos; }

// What one line says; empty: nothing.
std::string mark_of(const std::string& line) {
  const bool text = line.starts_with("TITLE") || line.starts_with("REMARK") || line.starts_with("HEADER") ||
                    line.starts_with("COMPND");
  if (line.starts_with("PARENT")) return "a record PARENT, as ESMFold and OpenFold write it";
  if (text && has(line, "PLDDT")) return "a remark on pLDDT";
  if (text && has(line, "PREDICTION") && has(line, "ALPHAFOLD")) return "the title of a prediction by AlphaFold";
  if (text && has(line, "PREDICTION") && has(line, "ESMFOLD")) return "the title of a prediction by ESMFold";
  return {};
}

}  // namespace

std::string pdb_plddt_mark(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = upper(trimmed(text.substr(at, end - at)));
    at = end + 1;
    if (line.starts_with("ATOM") || line.starts_with("HETATM")) break;
    if (line.starts_with("EXPDTA") && !has(line, "THEORETICAL")) return {};
    if (out.empty()) out = mark_of(line);
  }
  return out;
}

}  // namespace groel::io
