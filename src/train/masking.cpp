// Draws which residues are masked.
#include "train/masking.h"

#include <limits>
#include <string_view>

#include "base/error.h"
#include "base/random.h"
#include "bio/residues.h"
#include "train/random_purposes.h"
#include "train/trainee.h"

namespace groel::train {
Masking::Masking(const MaskingOptions& options, const bio::Tokenizer& tokenizer)
    : options_(options), rank_(static_cast<std::size_t>(tokenizer.size()), -1), mask_(tokenizer.mask()) {
  if (!(options.fraction > 0 && options.fraction <= 1))
    throw Error(ErrorKind::usage, {"the masked fraction lies in (0, 1]", "`mask_fraction`", {}});
  for (std::int32_t id = 0; id < tokenizer.size(); ++id)
    maskable_.push_back(!tokenizer.is_special(id) && id != tokenizer.mask() && id != tokenizer.special().unknown ? 1
                                                                                                                 : 0);
  for (const char& residue : bio::kResidues) {
    const std::int32_t id = tokenizer.id({&residue, 1});
    if (id < 0) continue;
    rank_[static_cast<std::size_t>(id)] = static_cast<std::int32_t>(residues_.size());
    residues_.push_back(id);
  }
  if (residues_.size() < 2)
    throw Error(ErrorKind::bad_model, {"the vocabulary has no amino acids to replace others by", "vocab.txt", {}});
}

// `choice` says whether a target is masked, replaced or kept; `draw` what replaces it.
std::int32_t Masking::replacement(std::int32_t original, std::uint32_t choice, std::uint32_t draw) const {
  if (options_.style == MaskingStyle::hidden || unit_double(choice) < 0.8) return mask_;
  if (unit_double(choice) >= 0.9) return original;
  if (options_.style == MaskingStyle::reference)
    return static_cast<std::int32_t>(index_below(draw, static_cast<std::uint32_t>(maskable_.size())));
  const std::int32_t own = rank_[static_cast<std::size_t>(original)];
  const auto others = static_cast<std::uint32_t>(residues_.size()) - (own >= 0 ? 1U : 0U);
  const std::uint32_t index = index_below(draw, others);
  return residues_[own >= 0 && index >= static_cast<std::uint32_t>(own) ? index + 1 : index];
}

std::int64_t Masking::apply(const MaskedPiece& piece, std::int64_t count, std::int32_t* ids,
                            std::int32_t* targets) const {
  const std::uint64_t key = derive_key(options_.seed, purpose::kMask, static_cast<std::uint64_t>(piece.epoch));
  std::int64_t chosen = 0;
  std::int64_t lowest_at = -1;
  double lowest = std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < count; ++i) {
    targets[i] = kNoTarget;
    if (!maskable(ids[i])) continue;
    const auto words =
        philox(key, static_cast<std::uint64_t>(piece.sequence), static_cast<std::uint64_t>(piece.first + i));
    const double draw = unit_double(words[0]);
    if (draw < lowest) {
      lowest = draw;
      lowest_at = i;
    }
    if (draw >= options_.fraction) continue;
    targets[i] = ids[i];
    ids[i] = replacement(ids[i], words[1], words[2]);
    ++chosen;
  }
  if (chosen > 0 || lowest_at < 0 || options_.style != MaskingStyle::hidden) return chosen;
  targets[lowest_at] = ids[lowest_at];
  ids[lowest_at] = mask_;
  return 1;
}

MaskingStyle parse_masking(const std::string& text) {
  if (text == "residues") return MaskingStyle::residues;
  if (text == "reference") return MaskingStyle::reference;
  throw Error(ErrorKind::usage, {fmt::format("there is no masking '{}'", text), "`masking`", "residues or reference"});
}

}  // namespace groel::train
