// Judges the hits of a search for templates.
#include "folding/template_search.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "base/error.h"
#include "base/printable.h"
#include "folding/alignment.h"
#include "folding/template_features.h"
#include "io/compressed.h"
#include "io/template_chain.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;
using ResidueMap = std::vector<std::pair<int, int>>;

constexpr std::size_t kShortestHit = 10;
constexpr double kLeastAligned = 0.1, kMostOfQuery = 0.95;

// The hit's own residues, without gaps.
std::string residues_of(const TemplateHit& hit) {
  std::string out;
  for (const char c : hit.letters)
    if (c != '-') out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

// By the alignment alone, counted from the hit's first residue.
ResidueMap aligned(const TemplateHit& hit) {
  ResidueMap map;
  int query = 0, other = 0;
  for (const char c : hit.letters) {
    if (c == '-')
      ++query;
    else if (std::islower(static_cast<unsigned char>(c)) != 0)
      ++other;
    else if (std::isupper(static_cast<unsigned char>(c)) != 0)
      map.emplace_back(query++, other++);
  }
  return map;
}

struct Remapped {
  ResidueMap map;
  int score = 0;
};

// Walks along both sequences; where they differ, residues of the hit are left out until they agree, as many as may be.
Remapped remap(const std::string& hit, const std::string& structure, std::size_t gaps, const ResidueMap& map) {
  std::map<int, int> place;
  Remapped out;
  for (std::size_t h = 0, s = 0; h < hit.size() && s < structure.size(); ++h, ++s) {
    if (hit[h] != structure[s])
      for (std::size_t shift = 0; shift <= gaps; ++shift)
        if (h + shift < hit.size() && hit[h + shift] == structure[s]) {
          h += shift;
          gaps -= shift;
          break;
        }
    place[static_cast<int>(h)] = static_cast<int>(s);
    out.score += hit[h] == structure[s] ? 1 : 0;
  }
  for (const auto& [query, other] : map)
    if (const auto found = place.find(other); found != place.end()) out.map.emplace_back(query, found->second);
  return out;
}

std::string aligned_letters(const ResidueMap& map, const HitStructure& structure, std::size_t length) {
  std::string letters(length, '-');
  for (const auto& [query, other] : map)
    letters[static_cast<std::size_t>(query)] = structure.sequence[static_cast<std::size_t>(other)];
  return letters;
}

}  // namespace

std::optional<ResidueMap> residue_map(const TemplateHit& hit, const HitStructure& structure) {
  ResidueMap map = aligned(hit);
  const std::string own = residues_of(hit);
  const std::string there =
      hit.start < structure.sequence.size() ? structure.sequence.substr(hit.start, hit.end - hit.start) : "";
  std::size_t start = hit.start;
  if (own != there && hit.whole != structure.sequence.size()) {
    if (hit.whole < structure.sequence.size() || own.size() != hit.end - hit.start) return std::nullopt;
    const std::size_t gaps = hit.whole - structure.sequence.size();
    Remapped best{map, -1};
    for (std::size_t before = 0; before <= std::min(hit.start, gaps); ++before) {
      const std::size_t from = hit.start - before;
      Remapped one =
          remap(own, from < structure.sequence.size() ? structure.sequence.substr(from, hit.end - hit.start) : "",
                gaps - before, map);
      if (one.score < best.score) continue;
      best = std::move(one);
      start = from;
    }
    map = std::move(best.map);
  }
  for (auto& [query, other] : map) other += static_cast<int>(start);
  return map;
}

std::vector<TemplateHit> template_hits(const std::string& a3m) {
  static const std::regex form(R"(([a-z0-9]{4,})_(\w+)/(\d+)-(\d+) .* length:(\d+)\b.*)");
  std::vector<TemplateHit> hits;
  for (const AlignmentRow& row : alignment_rows(a3m)) {
    std::smatch parts;
    const std::string description = row.description.substr(0, 2000);
    if (!std::regex_match(description, parts, form))
      throw Error(ErrorKind::bad_input, {fmt::format("expected \"entry_chain/first-last ... length:N\", found \"{}\"",
                                                     printable(row.description.substr(0, 100))),
                                         "a hit of seqres", "seqres is the PDB's file of sequences (pdb_seqres)"});
    hits.push_back(
        {parts[1], parts[2], std::stoul(parts[3]) - 1, std::stoul(parts[4]), std::stoul(parts[5]), row.letters});
    const TemplateHit& hit = hits.back();
    if (const std::size_t count = residues_of(hit).size(); hit.start >= hit.end || count != hit.end - hit.start)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("{} residues where the description tells of {} to {}", count, hit.start + 1, hit.end),
                   printable(row.description.substr(0, 60)),
                   {}});
  }
  return hits;
}

bool is_used(const TemplateHit& hit, const HitStructure& structure, const ResidueMap& map, const std::string& query,
             const std::string& newest) {
  const std::string own = residues_of(hit);
  const auto length = static_cast<double>(query.size());
  if (structure.released.empty() || structure.released > newest) return false;
  if (static_cast<double>(own.size()) / length > kMostOfQuery && query.find(own) != std::string::npos) return false;
  if (own.size() < kShortestHit) return false;
  const bool seen =
      std::ranges::any_of(map, [&](const auto& pair) { return structure.seen[static_cast<std::size_t>(pair.second)]; });
  return seen && static_cast<double>(map.size()) / length > kLeastAligned;
}

StructureStore structure_folder(const std::string& path) {
  if (!fs::is_directory(path))
    throw Error(ErrorKind::not_found,
                {"there is no folder of structures", path, "`db_dir` names the folder that has mmcif_files"});
  return [path](const std::string& entry) -> std::optional<std::string> {
    for (const char* ending : {".cif", ".cif.gz", ".cif.zst"})
      if (const fs::path file = fs::path(path) / (entry + ending); fs::exists(file))
        return io::read_decompressed(file.string());
    return std::nullopt;
  };
}

std::optional<HitStructure> hit_structure(const std::string& mmcif, const TemplateHit& hit,
                                          const ComponentTable& components) {
  const io::TemplateChain chain = io::read_template_chain(mmcif, hit.entry, hit.chain);
  if (chain.residues.empty()) return std::nullopt;
  HitStructure out{chain.released, {}, {}};
  for (const io::TemplateResidue& residue : chain.residues) {
    out.sequence += components.letter(residue.code, residue.letter);
    out.seen.push_back(!residue.atoms.empty());
  }
  return out;
}

std::vector<ChosenHit> choose_hits(const std::vector<TemplateHit>& hits, const StructureOf& structure_of,
                                   const std::string& query, const std::string& newest) {
  std::vector<ChosenHit> chosen;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < hits.size() && chosen.size() < kTemplates; ++i) {
    const auto structure = structure_of(hits[i]);
    if (!structure) continue;
    auto map = residue_map(hits[i], *structure);
    if (!map || !is_used(hits[i], *structure, *map, query, newest) ||
        !seen.insert(aligned_letters(*map, *structure, query.size())).second)
      continue;
    chosen.push_back({i, std::move(*map)});
  }
  return chosen;
}

FoundTemplates choose_templates(const std::string& a3m, const std::string& query, const std::string& newest,
                                const StructureStore& structures, const ComponentTable& components) {
  FoundTemplates found;
  const auto hits = template_hits(a3m);
  const auto structure_of = [&](const TemplateHit& hit) {
    const auto mmcif = structures(hit.entry);
    auto structure = mmcif ? hit_structure(*mmcif, hit, components) : std::nullopt;
    if (!structure) found.missing.push_back(hit.entry + "_" + hit.chain);
    return structure;
  };
  for (ChosenHit& one : choose_hits(hits, structure_of, query, newest)) {
    const TemplateHit& hit = hits[one.hit];
    found.used.push_back(
        {io::template_text(io::read_template_chain(*structures(hit.entry), hit.entry, hit.chain)), std::move(one.map)});
  }
  return found;
}

}  // namespace groel::folding
