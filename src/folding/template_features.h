// Templates as AlphaFold 3's network is given them: their atoms where those of the job's proteins may lie.
#pragma once

#include <cstdint>
#include <vector>

#include "folding/tokens.h"

namespace groel::folding {

inline constexpr std::size_t kTemplates = 4;  ///< that the network takes; further ones are not used, with a note

struct TemplateFeatures {
  std::vector<std::int32_t> letters;  ///< [4, tokens]; gap where nothing lies, 0 where there is no template
  std::vector<float> positions;       ///< [4, tokens, 24, 3] in Å
  std::vector<std::uint8_t> mask;     ///< [4, tokens, 24]
};

/// Adds to the layout's notes which of the templates that its chains have are not used.
void note_templates(TokenLayout& layout);

/// Copies of a chain have the first one's templates. Slots that a residue has no atom for repeat its N, as in
/// AlphaFold 3. Errors: bad_input naming chain and template, for a structure without a release date or with several
/// polymers, and residues that are not there; for a chain whose templates are still to be searched.
TemplateFeatures template_features(const TokenLayout& layout, const ComponentTable& components);

}  // namespace groel::folding
