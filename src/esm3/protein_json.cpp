// Proteins of several tracks, and their tokens, as JSON.
#include <cmath>

#include "esm3/prompt.h"

namespace groel::esm3 {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

json finite_or_null(float x) { return std::isfinite(x) ? json(x) : json(nullptr); }

// Rows without the ends, to hundredths of Å.
ordered_json pae_rows(const std::vector<float>& pae) {
  const auto tokens = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(pae.size()))));
  ordered_json out = ordered_json::array();
  for (std::size_t i = 1; i + 1 < tokens; ++i) {
    out.push_back(ordered_json::array());
    for (std::size_t j = 1; j + 1 < tokens; ++j)
      out.back().push_back(std::round(100 * static_cast<double>(pae[i * tokens + j])) / 100);
  }
  return out;
}

}  // namespace

nlohmann::ordered_json json_of(const ESMProtein& protein) {
  ordered_json out;
  if (protein.sequence) out["sequence"] = *protein.sequence;
  if (protein.secondary_structure) out["secondary_structure"] = *protein.secondary_structure;
  if (protein.sasa) {
    out["sasa"] = ordered_json::array();
    for (const auto& value : *protein.sasa)
      out["sasa"].push_back(ordered_json(value ? finite_or_null(*value) : json(nullptr)));
  }
  if (protein.function_annotations) {
    out["function_annotations"] = ordered_json::array();
    for (const FunctionAnnotation& one : *protein.function_annotations)
      out["function_annotations"].push_back({{"label", one.label}, {"start", one.start}, {"end", one.end}});
  }
  if (!protein.coordinates.empty()) {
    out["coordinates"] = ordered_json::array();
    const float* at = protein.coordinates.data();
    for (std::int64_t i = 0; i < residues_of(protein.coordinates); ++i) {
      ordered_json residue = ordered_json::array();
      for (std::int64_t a = 0; a < kAtoms; ++a, at += 3) {
        const bool there = std::isfinite(at[0]) && std::isfinite(at[1]) && std::isfinite(at[2]);
        residue.push_back(there ? ordered_json{at[0], at[1], at[2]} : ordered_json(nullptr));
      }
      out["coordinates"].push_back(std::move(residue));
    }
  }
  if (!protein.plddt.empty()) out["plddt"] = protein.plddt;
  if (protein.ptm) out["ptm"] = *protein.ptm;
  if (!protein.pae.empty()) out["pae"] = pae_rows(protein.pae);
  return out;
}

nlohmann::ordered_json json_of(const ESMProteinTensor& tensor) {
  ordered_json out;
  for (const Track track : models::kTracks) {
    const auto& tokens = tensor.track(track);
    if (!tokens) continue;
    const auto depth = static_cast<std::size_t>(models::track_depth(track));
    const std::string name(track == Track::residue_annotations ? "residue" : models::track_name(track));
    if (depth == 1) {
      out[name] = *tokens;
      continue;
    }
    out[name] = ordered_json::array();
    for (std::size_t t = 0; t < tokens->size(); t += depth)
      out[name].push_back(std::vector<std::int32_t>(tokens->begin() + static_cast<std::ptrdiff_t>(t),
                                                    tokens->begin() + static_cast<std::ptrdiff_t>(t + depth)));
  }
  return out;
}

}  // namespace groel::esm3
