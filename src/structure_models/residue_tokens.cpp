// Looks up residues in the vocabulary of a language model.
#include "structure_models/residue_tokens.h"

#include "base/error.h"
#include "structure_models/ideal_residues.h"

namespace groel::structure_models {

std::array<std::int32_t, 21> residue_tokens(const bio::Tokenizer& tokenizer) {
  std::array<std::int32_t, 21> out{};
  for (std::size_t type = 0; type < out.size(); ++type) {
    const std::string_view letter = kResidueTypes.substr(type, 1);
    out[type] = tokenizer.id(letter);
    if (out[type] < 0)
      throw Error(ErrorKind::bad_model, {fmt::format("its vocabulary has no token for residue {}", letter),
                                         {},
                                         "sequences are folded by the tokens of ESM-2"});
  }
  return out;
}

}  // namespace groel::structure_models
