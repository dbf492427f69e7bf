// Turns the fields of a JSON prompt into tracks, and back.
#include "esm3/prompt.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/words.h"
#include "esm3/tokens.h"

namespace groel::esm3 {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

[[noreturn]] void fail(const std::string& field, const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorKind::bad_input, {fmt::format("'{}' {}", field, what), "the prompt", remedy});
}

// A number, or null, "nan", "inf": missing.
float number_of(const json& value, const std::string& field) {
  if (value.is_number()) return value.get<float>();
  if (value.is_null() || value == "nan" || value == "NaN") return kMissing;
  if (value == "inf") return std::numeric_limits<float>::infinity();
  fail(field, fmt::format("holds {}, which is no number", value.dump().substr(0, 40)));
}

void flatten(const json& list, const std::string& field, std::vector<float>& to) {
  if (!list.is_array()) return to.push_back(number_of(list, field));
  for (const json& each : list) flatten(each, field, to);
}

// [L][A][3]; a residue may be null, which is missing.
Tensor coordinates_of(const json& list) {
  const std::string field = "coordinates";
  if (!list.is_array() || list.empty()) fail(field, "is not a list of residues");
  std::size_t atoms = 0;
  for (const json& residue : list)
    if (residue.is_array()) atoms = std::max(atoms, residue.size());
  if (atoms != 0 && atoms != 3 && atoms != static_cast<std::size_t>(kAtoms))
    fail(field, fmt::format("has {} atoms of a residue", atoms), "3 (N, CA, C) or 37 (all heavy atoms)");
  atoms = std::max<std::size_t>(atoms, 3);
  std::vector<float> values;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const json& residue = list[i];
    const std::size_t before = values.size();
    if (residue.is_null()) {
      values.resize(before + atoms * 3, kMissing);
      continue;
    }
    if (!residue.is_array() || residue.size() != atoms)
      fail(field, fmt::format("has other atoms of residue {} than of others", i + 1));
    for (const json& atom : residue) {
      if (atom.is_null())
        values.resize(values.size() + 3, kMissing);
      else
        flatten(atom, field, values);
    }
    if (values.size() != before + atoms * 3)
      fail(field, fmt::format("has atoms without x, y and z in residue {}", i + 1));
  }
  return Tensor::of<float>({static_cast<std::int64_t>(list.size()), static_cast<std::int64_t>(atoms), 3}, values);
}

// [L, 37, 3] of [L, 3, 3].
std::vector<float> all_atoms(const Tensor& some) {
  const std::int64_t count = some.size(0), each = some.size(1) * 3;
  std::vector<float> out(static_cast<std::size_t>(count * kAtoms * 3), kMissing);
  for (std::int64_t i = 0; i < count; ++i)
    std::copy_n(some.data<float>() + i * each, each, out.data() + i * kAtoms * 3);
  return out;
}

// [T, 3, 3] of [T, A, 3].
Tensor backbone(const Tensor& some) {
  const std::int64_t count = some.size(0), each = some.size(1) * 3;
  Tensor out = Tensor::empty({count, 3, 3});
  for (std::int64_t i = 0; i < count; ++i)
    std::copy_n(some.data<float>() + i * each, 9, out.mutable_data<float>() + 9 * i);
  return out;
}

std::vector<std::int32_t> ids_of(const json& list, Track track) {
  const std::string field = fmt::format("tokens.{}", models::track_name(track));
  const auto depth = static_cast<std::size_t>(models::track_depth(track));
  if (!list.is_array()) fail(field, "is not a list of ids");
  std::vector<std::int32_t> out;
  const auto add = [&](const json& id) {
    if (!id.is_number_integer() || id < -1 || id >= models::track_vocabulary(track))
      fail(field, fmt::format("holds {}, which is no token of it", id.dump().substr(0, 40)),
           fmt::format("ids from 0 to {}", models::track_vocabulary(track) - 1));
    out.push_back(id.get<std::int32_t>());
  };
  for (const json& row : list) {
    if (depth == 1) {
      add(row);
      continue;
    }
    if (!row.is_array() || row.size() != depth) fail(field, fmt::format("has rows of other than {} ids", depth));
    for (const json& id : row) add(id);
  }
  return out;
}

// A list of T numbers, or one for all.
std::vector<float> row_of(const json& value, const std::string& field, std::int64_t tokens) {
  std::vector<float> out;
  flatten(value, field, out);
  if (!value.is_array()) out.assign(static_cast<std::size_t>(tokens), out.front());
  if (static_cast<std::int64_t>(out.size()) != tokens)
    fail(field, fmt::format("has {} values, and there are {} tokens", out.size(), tokens));
  return out;
}

// With a missing row at both ends, where there is a row for each residue alone.
Tensor of_tokens(const Tensor& some, std::int64_t tokens) {
  if (some.size(0) == tokens) return some;
  if (token_count(some.size(0)) != tokens)
    fail("coordinates", fmt::format("is of {} residues, and there are {} tokens", some.size(0), tokens));
  Tensor out = Tensor::empty({tokens, 3, 3});
  std::fill_n(out.mutable_data<float>(), out.count(), kMissing);
  std::copy_n(some.data<float>(), some.count(), out.mutable_data<float>() + 9);
  return out;
}

void read_tokens(const json& from, Prompt& to) {
  const json given = from.contains("tokens") ? from["tokens"] : json::object();
  if (!given.is_object()) fail("tokens", "is not an object of tracks");
  ESMProteinTensor tokens;
  static const std::pair<const char*, Track> kNames[] = {{"sequence", Track::sequence},
                                                         {"structure", Track::structure},
                                                         {"secondary_structure", Track::secondary_structure},
                                                         {"ss8", Track::secondary_structure},
                                                         {"sasa", Track::sasa},
                                                         {"function", Track::function},
                                                         {"residue", Track::residue_annotations},
                                                         {"residue_annotations", Track::residue_annotations}};
  for (const auto& [field, list] : given.items()) {
    const auto known =
        std::find_if(std::begin(kNames), std::end(kNames), [&name = field](const auto& n) { return name == n.first; });
    if (known == std::end(kNames))
      fail("tokens." + field, "is no track", "sequence, structure, secondary_structure, sasa, function, residue");
    if (!list.is_null()) tokens.track(known->second) = ids_of(list, known->second);
  }
  const bool placed = from.contains("coordinates") && !from["coordinates"].is_null();
  const Tensor atoms = placed ? coordinates_of(from["coordinates"]) : Tensor{};
  if (placed && std::none_of(models::kTracks.begin(), models::kTracks.end(),
                             [&](Track track) { return tokens.track(track).has_value(); }))
    tokens.coordinates = all_atoms(atoms);  // they say how many tokens there are
  const std::int64_t count = tokens.length();
  if (placed) {
    to.beside.coordinates = of_tokens(backbone(atoms), count);
    tokens.coordinates = all_atoms(atoms.size(0) == count ? atoms : to.beside.coordinates);
  }
  const auto numbers = [&](const char* field) -> Tensor {
    if (!from.contains(field) || from[field].is_null()) return {};
    std::vector<std::int32_t> out;
    for (const float x : row_of(from[field], field, count)) out.push_back(static_cast<std::int32_t>(x));
    return Tensor::of<std::int32_t>({count}, out);
  };
  const auto shares = [&](const char* field) -> Tensor {
    if (!from.contains(field) || from[field].is_null()) return {};
    return Tensor::of<float>({count}, row_of(from[field], field, count));
  };
  to.beside.chain = numbers("chain_id");
  to.beside.sequence_id = numbers("sequence_id");
  to.beside.average_plddt = shares("average_plddt");
  to.beside.residue_plddt = shares("per_res_plddt");
  to.tokens = std::move(tokens);
}

void read_protein(const json& from, ESMProtein& to) {
  const auto text = [&](const char* field, std::optional<std::string>& value) {
    if (!from.contains(field) || from[field].is_null()) return;
    if (!from[field].is_string()) fail(field, "is not a text");
    value = from[field].get<std::string>();
  };
  text("sequence", to.sequence);
  text("secondary_structure", to.secondary_structure);
  if (from.contains("sasa") && !from["sasa"].is_null()) {
    if (!from["sasa"].is_array()) fail("sasa", "is not a list of numbers");
    to.sasa.emplace();
    for (const json& value : from["sasa"])
      to.sasa->push_back(value.is_null() ? std::nullopt : std::optional(number_of(value, "sasa")));
  }
  if (from.contains("coordinates") && !from["coordinates"].is_null())
    to.coordinates = all_atoms(coordinates_of(from["coordinates"]));
  if (!from.contains("function_annotations") || from["function_annotations"].is_null()) return;
  to.function_annotations.emplace();
  for (const json& one : from["function_annotations"])
    to.function_annotations->push_back({one.at("label"), one.at("start"), one.at("end")});
}

float plddt_of(const ESMProtein& protein, std::int64_t residue) {
  return protein.plddt.empty() ? 0.0F : protein.plddt[static_cast<std::size_t>(residue)];
}

}  // namespace

Prompt prompt_of(const json& from, const std::string& id) {
  if (!from.is_object()) throw Error(ErrorKind::bad_input, {"it is not a JSON object", id, "see groel help esm3"});
  static constexpr std::string_view kKnown[] = {"id",
                                                "sequence",
                                                "secondary_structure",
                                                "sasa",
                                                "coordinates",
                                                "function_annotations",
                                                "tokens",
                                                "chain_id",
                                                "sequence_id",
                                                "average_plddt",
                                                "per_res_plddt",
                                                "plddt",
                                                "ptm",
                                                "pae",
                                                "track",
                                                "error"};
  for (const auto& [field, value] : from.items())
    if (std::find(std::begin(kKnown), std::end(kKnown), field) == std::end(kKnown))
      fail(field, "is no field of a prompt",
           "sequence, secondary_structure, sasa, coordinates, function_annotations, or "
           "tokens with what goes beside them");
  Prompt out{.id = from.contains("id") && from["id"].is_string() ? from["id"].get<std::string>() : id};
  try {
    static constexpr const char* kRaw[] = {"tokens", "chain_id", "sequence_id", "average_plddt", "per_res_plddt"};
    if (std::any_of(std::begin(kRaw), std::end(kRaw), [&](const char* field) { return from.contains(field); })) {
      for (const char* field : {"sequence", "secondary_structure", "sasa"})
        if (from.contains(field))
          fail(field, "and raw tracks both say what the protein is", "give all of it as tokens, or none");
      read_tokens(from, out);
    } else {
      read_protein(from, out.protein);
    }
  } catch (const json::exception& error) {
    throw Error(ErrorKind::bad_input, {fmt::format("a field of the wrong kind: {}", error.what()), out.id, {}});
  }
  return out;
}

Prompt prompt_of(const io::AtomStructure& structure, const std::string& chain, const std::string& id) {
  Prompt out{.id = id};
  std::vector<std::string> names;
  std::string sequence;
  std::vector<float> atoms;
  for (const io::AtomChain& one : structure.chains) {
    names.push_back(one.name);
    if (!chain.empty() && one.name != chain) continue;
    if (!sequence.empty()) {
      sequence += '|';
      atoms.resize(atoms.size() + kAtoms * 3, kMissing);
    }
    for (const io::AtomResidue& residue : one.residues) {
      sequence += residue.letter;
      for (const auto& atom : residue.atoms) atoms.insert(atoms.end(), atom.begin(), atom.end());
    }
  }
  if (sequence.empty())
    throw Error(ErrorKind::not_found,
                {fmt::format("there is no chain '{}'", chain), id, "its chains are " + listed(names)});
  if (structure.hetero > 0)
    out.notes.push_back(fmt::format("{}: {} marked HETATM left out", id, counted(structure.hetero, "residue")));
  if (structure.models > 1) out.notes.push_back(fmt::format("{}: the first of {} models", id, structure.models));
  out.protein.coordinates = std::move(atoms);
  out.protein.sequence = std::move(sequence);
  return out;
}

void mask(Prompt& prompt, const PromptMask& masking) {
  if (!masking.sequence && !masking.structure && masking.ranges.empty()) return;
  if (prompt.tokens)
    throw Error(ErrorKind::usage, {"raw tokens are masked by their ids", prompt.id, "put mask ids into the prompt"});
  if (masking.structure) prompt.protein.coordinates = {};
  if (!prompt.protein.sequence) {
    if (masking.ranges.empty()) return;  // all of it is masked already
    throw Error(ErrorKind::usage, {"there is no sequence to mask residues of", prompt.id, {}});
  }
  std::string& sequence = *prompt.protein.sequence;
  const auto hide = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      if (sequence[i] != '|') sequence[i] = '_';
  };
  if (masking.sequence) hide(0, sequence.size());
  for (std::size_t at = 0; at < masking.ranges.size();) {
    const std::size_t comma = std::min(masking.ranges.find(',', at), masking.ranges.size());
    const std::string range = masking.ranges.substr(at, comma - at);
    at = comma + 1;
    std::size_t first = 0, last = 0;
    const std::size_t dash = range.find('-');
    const auto read = [](std::string_view text, std::size_t& to) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
      return error == std::errc() && end == text.data() + text.size();
    };
    const bool sound =
        read(std::string_view(range).substr(0, dash), first) &&
        (dash == std::string::npos ? (last = first, true) : read(std::string_view(range).substr(dash + 1), last));
    if (!sound || first < 1 || last < first || last > sequence.size())
      throw Error(ErrorKind::usage, {fmt::format("'{}' is no range of the {} residues", range, sequence.size()), "mask",
                                     "such as 5-20,31"});
    hide(first - 1, last);
  }
}

std::vector<io::AtomChain> chains_of(const ESMProtein& protein) {
  std::vector<io::AtomChain> out(1);
  const std::int64_t count = residues_of(protein.coordinates);
  for (std::int64_t i = 0; i < count; ++i) {
    const bool lettered = protein.sequence && static_cast<std::int64_t>(protein.sequence->size()) == count;
    const char letter = lettered ? protein.sequence->at(static_cast<std::size_t>(i)) : 'X';
    if (letter == '|') {
      out.emplace_back();
      continue;
    }
    io::AtomResidue residue{letter, static_cast<std::int64_t>(out.back().residues.size()) + 1, plddt_of(protein, i)};
    for (std::size_t a = 0; a < residue.atoms.size(); ++a)
      std::copy_n(protein.coordinates.data() + (i * kAtoms + static_cast<std::int64_t>(a)) * 3, 3,
                  residue.atoms[a].begin());
    out.back().residues.push_back(residue);
  }
  return out;
}

}  // namespace groel::esm3
