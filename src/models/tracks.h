// What ESM3 reads beside the sequence, and says beside it: structure, secondary structure, accessible surface,
// function.
#pragma once

#include <groel/esm3.h>

#include <array>
#include <string_view>

#include "models/model.h"

namespace groel::models {

inline constexpr std::array kTracks{Track::sequence, Track::structure, Track::secondary_structure,
                                    Track::sasa,     Track::function,  Track::residue_annotations};
/// "secondary_structure"
std::string_view track_name(Track track);
/// Tokens that a residue has in a track: 8 of function, 16 of annotations of residues, else 1.
std::int64_t track_depth(Track track);
/// Tokens of a track's vocabulary: ids are less than that.
std::int64_t track_vocabulary(Track track);
/// Columns of its logits: of structure the codes alone, of function 8 vocabularies.
std::int64_t track_logits(Track track);

inline constexpr std::int64_t kFunctionDepth = 8;
inline constexpr std::int64_t kAnnotationDepth = 16;
/// Ids of structure beyond the 4096 codes.
inline constexpr std::int32_t kStructureMask = 4096, kStructureEnd = 4097, kStructureBegin = 4098, kStructurePad = 4099,
                              kStructureBreak = 4100;

/// Of all tokens of a batch, on the host. What is undefined is not known: structure masked, everything else as where
/// nothing is said of a residue.
struct Tracks {
  Tensor structure;            ///< [T] i32; at ends, padding and breaks of chains the sequence decides, -1 is masked
  Tensor secondary_structure;  ///< [T] i32
  Tensor sasa;                 ///< [T] i32
  Tensor function;             ///< [T, 8] i32
  Tensor residue_annotations;  ///< [T, 16] i32
  Tensor average_plddt;        ///< [T] f32 in 0..1; undefined: 1
  Tensor residue_plddt;        ///< [T] f32 in 0..1; undefined: 0
  Tensor coordinates;          ///< [T, 3, 3] f32: N, CA, C in Å; not finite where missing
  Tensor chain;                ///< [T] i32: geometric attention stays within a chain; undefined: one
  /// [T] i32: attention stays within runs of one number, and geometric attention prefers them; undefined: a sequence is
  /// one.
  Tensor sequence_id;
};

/// A model that reads and says tracks: `Batch::tracks` is what it reads beside the tokens.
class TrackModel {
 public:
  static constexpr std::string_view kName = "tracks";
  virtual ~TrackModel() = default;
  /// last hidden state [T, D], before the final norm -> logits [T, track_logits(track)] f32.
  virtual Tensor logits_of(Track track, const Tensor& last_hidden) const = 0;
};

}  // namespace groel::models
