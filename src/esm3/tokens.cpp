// Turns text and numbers of each track into ids, and back.
#include "esm3/tokens.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/printable.h"

namespace groel {

ESMProteinTensor::Tokens& ESMProteinTensor::track(Track track) {
  switch (track) {
    case Track::sequence: return sequence;
    case Track::structure: return structure;
    case Track::secondary_structure: return secondary_structure;
    case Track::sasa: return sasa;
    case Track::function: return function;
    case Track::residue_annotations: break;
  }
  return residue_annotations;
}

std::int64_t ESMProteinTensor::length() const {
  std::int64_t out = coordinates.empty() ? -1 : esm3::residues_of(coordinates);
  std::string_view first = "coordinates";
  for (const Track each : models::kTracks) {
    const Tokens& tokens = track(each);
    if (!tokens) continue;
    const std::int64_t count = static_cast<std::int64_t>(tokens->size()) / models::track_depth(each);
    if (out >= 0 && count != out)
      throw Error(ErrorKind::bad_input, fmt::format("tracks are of different lengths: {} has {} tokens, {} {}", first,
                                                    out, models::track_name(each), count));
    if (out < 0) first = models::track_name(each);
    out = count;
  }
  if (out < 2)
    throw Error(ErrorKind::bad_input,
                {"nothing says how long the protein is", {}, "give a sequence, `_` for each residue, or coordinates"});
  return out;
}

std::int64_t ESMProteinTensor::residues() const { return length() - 2; }

namespace esm3 {
namespace {

constexpr std::string_view kStates = "GHITEBSC";
constexpr std::int32_t kFirstState = 3;
constexpr std::array kSasaBounds{0.8F,  4.0F,  9.6F,  16.4F, 24.5F,  32.9F,  42.0F, 51.5F,
                                 61.2F, 70.9F, 81.6F, 93.3F, 107.2F, 125.4F, 151.4F};

template <class T>
std::span<const T> inner(std::span<const T> ids) {
  return ids.size() < 2 ? std::span<const T>() : ids.subspan(1, ids.size() - 2);
}

}  // namespace

std::int64_t token_count(std::int64_t residues) { return residues + 2; }

TrackTokens tokens_of(Track track) {
  switch (track) {
    case Track::sequence: return {0, 2, 32, 1, 4, 31};
    case Track::structure:
      return {models::kStructureBegin, models::kStructureEnd, models::kStructureMask, models::kStructurePad, 0,
              models::kStructureMask};
    case Track::secondary_structure: return {0, 0, 0, 0, kFirstState, 11};
    case Track::sasa: return {0, 0, 0, 0, kFirstSasaBin, kLastSasaBin + 1};
    case Track::function: return {0, 0, 0, 0, 0, 260};
    case Track::residue_annotations: break;
  }
  return {0, 0, 0, 0, 4, 1478};
}

void require_within(const FunctionAnnotation& annotation, std::int64_t residues) {
  if (annotation.start >= 1 && annotation.end >= annotation.start && annotation.end <= residues) return;
  throw Error(ErrorKind::bad_input, {fmt::format("'{}' holds from residue {} to {}, of {}", annotation.label,
                                                 annotation.start, annotation.end, residues),
                                     {},
                                     "residues count from 1, and the last is one of them"});
}

std::vector<std::int32_t> masked_track(Track track, std::int64_t residues) {
  const TrackTokens tokens = tokens_of(track);
  const auto depth = models::track_depth(track);
  std::vector<std::int32_t> out(static_cast<std::size_t>((residues + 2) * depth), tokens.mask);
  std::fill_n(out.begin(), depth, tokens.begin);
  std::fill_n(out.end() - depth, depth, tokens.end);
  return out;
}

std::vector<std::int32_t> encode_sequence(std::string_view sequence, const bio::Tokenizer& tokenizer,
                                          std::int64_t* unknown) {
  const bio::Special& special = tokenizer.special();
  std::vector<std::int32_t> out{special.begin.value()};
  for (std::size_t at = 0; at < sequence.size();) {
    const char c = sequence[at];
    std::size_t length = 1;
    std::int32_t id = c == '_' ? tokenizer.mask() : tokenizer.id(std::string_view(&c, 1));
    if (c == '<')
      for (const std::string_view name : {"<cls>", "<pad>", "<eos>", "<unk>", "<mask>"})
        if (sequence.substr(at).starts_with(name)) {
          id = tokenizer.id(name);
          length = name.size();
        }
    if (id < 0) id = special.unknown.value();
    if (unknown != nullptr && id == special.unknown) ++*unknown;
    out.push_back(id);
    at += length;
  }
  out.push_back(special.end.value());
  return out;
}

std::string decode_sequence(std::span<const std::int32_t> ids, const bio::Tokenizer& tokenizer) {
  const bio::Special& special = tokenizer.special();
  std::string out;
  for (const std::int32_t id : ids) {
    if (id == special.begin || id == special.end) continue;
    out += id == special.mask ? "_" : tokenizer.token(id);
  }
  return out;
}

std::vector<std::int32_t> encode_secondary_structure(std::string_view text) {
  const TrackTokens tokens = tokens_of(Track::secondary_structure);
  std::vector<std::int32_t> out{tokens.begin};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("<pad>")) {
      out.push_back(tokens.mask);
      i += 4;
      continue;
    }
    const std::size_t state = kStates.find(text[i]);
    if (state == std::string_view::npos && text[i] != '_')
      throw Error(ErrorKind::bad_input, {fmt::format("'{}' is no state of secondary structure (residue {})",
                                                     printable(text.substr(i, 1)), i + 1),
                                         {},
                                         "write one of G H I T E B S C, or _ for a masked residue"});
    out.push_back(text[i] == '_' ? tokens.mask : kFirstState + static_cast<std::int32_t>(state));
  }
  out.push_back(tokens.end);
  return out;
}

std::string decode_secondary_structure(std::span<const std::int32_t> ids) {
  std::string out;
  for (const std::int32_t id : inner(ids))
    out += id < kFirstState ? '_' : kStates.at(static_cast<std::size_t>(id - kFirstState));
  return out;
}

std::vector<std::int32_t> encode_sasa(std::span<const std::optional<float>> sasa) {
  std::vector<std::int32_t> out{0};
  for (const std::optional<float>& value : sasa) {
    if (!value) {
      out.push_back(0);
      continue;
    }
    const auto at =
        std::isnan(*value) ? kSasaBounds.end() : std::lower_bound(kSasaBounds.begin(), kSasaBounds.end(), *value);
    out.push_back(kFirstSasaBin + static_cast<std::int32_t>(at - kSasaBounds.begin()));
  }
  out.push_back(0);
  return out;
}

float sasa_middle(std::size_t bin) { return ((bin == 0 ? 0.0F : kSasaBounds.at(bin - 1)) + kSasaBounds.at(bin)) / 2; }

std::vector<std::optional<float>> decode_sasa(std::span<const std::int32_t> ids) {
  std::vector<std::optional<float>> out;
  for (const std::int32_t id : inner(ids)) {
    if (id < kFirstSasaBin)
      out.emplace_back();
    else if (id >= kLastSasaBin)
      out.emplace_back((kSasaBounds.back() + 2 * kSasaBounds.back()) / 2);
    else
      out.emplace_back(sasa_middle(static_cast<std::size_t>(id - kFirstSasaBin)));
  }
  return out;
}

}  // namespace esm3
}  // namespace groel
