// The vocabularies of ESM3's tracks.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "bio/tokenizer.h"
#include "esm3/protein.h"

namespace groel::esm3 {

/// Ids of a track that are not residues' own, and what stands at its ends and where nothing is known.
struct TrackTokens {
  std::int32_t begin = 0, end = 0, mask = 0, pad = 0;
  /// Ids [first, last) may be drawn for a residue.
  std::int32_t first = 0, last = 0;
};
TrackTokens tokens_of(Track track);

/// Errors: bad_input, where an annotation's residues are not among that many.
void require_within(const FunctionAnnotation& annotation, std::int64_t residues);

/// A track of that many residues of which nothing is known, ends too.
std::vector<std::int32_t> masked_track(Track track, std::int64_t residues);

/// Letters to ids, ends too: `_` and <mask> are masked, names of special tokens are themselves, whatever else is
/// unknown is <unk>, one per character. `unknown`: how many there were.
std::vector<std::int32_t> encode_sequence(std::string_view sequence, const bio::Tokenizer& tokenizer,
                                          std::int64_t* unknown = nullptr);
std::string decode_sequence(std::span<const std::int32_t> ids, const bio::Tokenizer& tokenizer);

/// GHITEBSC and `_`. Errors: bad_input naming the character and where it is.
std::vector<std::int32_t> encode_secondary_structure(std::string_view text);
/// Masked residues give `_` (its own SDK writes <pad>, so that the text grows).
std::string decode_secondary_structure(std::span<const std::int32_t> ids);

/// Å² to ids of 16 bins: a boundary belongs to the lower one, what is not a number to the last.
std::vector<std::int32_t> encode_sasa(std::span<const std::optional<float>> sasa);
/// The middles of bins, that of the last 227.1; none where masked.
std::vector<std::optional<float>> decode_sasa(std::span<const std::int32_t> ids);
/// The middle of a bin, from 0; of all but the last.
float sasa_middle(std::size_t bin);
inline constexpr std::int32_t kFirstSasaBin = 3, kLastSasaBin = 18;

}  // namespace groel::esm3
