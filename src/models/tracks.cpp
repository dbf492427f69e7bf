// Names and sizes of tracks.
#include "models/tracks.h"

namespace groel::models {

std::string_view track_name(Track track) {
  switch (track) {
    case Track::sequence: return "sequence";
    case Track::structure: return "structure";
    case Track::secondary_structure: return "secondary_structure";
    case Track::sasa: return "sasa";
    case Track::function: return "function";
    case Track::residue_annotations: break;
  }
  return "residue_annotations";
}

std::int64_t track_depth(Track track) {
  if (track == Track::function) return kFunctionDepth;
  return track == Track::residue_annotations ? kAnnotationDepth : 1;
}

std::int64_t track_vocabulary(Track track) {
  switch (track) {
    case Track::sequence: return 64;
    case Track::structure: return 4101;
    case Track::secondary_structure: return 11;
    case Track::sasa: return 19;
    case Track::function: return 260;
    case Track::residue_annotations: break;
  }
  return 1478;
}

std::int64_t track_logits(Track track) {
  if (track == Track::structure) return kStructureMask;
  return track == Track::function ? kFunctionDepth * 260 : track_vocabulary(track);
}

}  // namespace groel::models
