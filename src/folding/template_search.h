// Templates found by a search: which hits are used, and where their residues lie on the query.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "folding/components.h"
#include "folding/job.h"

namespace groel::folding {

struct TemplateHit {
  std::string entry, chain;        ///< "5y2e", the author's name of the chain
  std::size_t start = 0, end = 0;  ///< in the sequence of seqres, from 0; end is one after the last
  std::size_t whole = 0;           ///< length of that sequence
  std::string letters;             ///< on the query's columns: capitals, "-", small letters for what the query lacks
};

/// What of a structure hits are judged by.
struct HitStructure {
  std::string released;    ///< ISO date
  std::string sequence;    ///< of all residues
  std::vector<bool> seen;  ///< by residue
};

/// Residues of the query and of the structure that belong together, from 0. Where the structure's sequence is not the
/// hit's, by AlphaFold 3's simple realignment; nothing where that fails.
std::optional<std::vector<std::pair<int, int>>> residue_map(const TemplateHit& hit, const HitStructure& structure);

/// Hits of `hmmsearch`'s alignment. Errors: bad_input for a description that does not tell entry, chain and residues.
std::vector<TemplateHit> template_hits(const std::string& a3m);

/// AlphaFold 3's filters: released by `newest`, 10 residues at least, over a tenth of the query aligned, something
/// seen, and no part of the query itself that is longer than 0.95 of it.
bool is_used(const TemplateHit& hit, const HitStructure& structure, const std::vector<std::pair<int, int>>& map,
             const std::string& query, const std::string& newest);

struct ChosenHit {
  std::size_t hit = 0;  ///< of those given
  std::vector<std::pair<int, int>> map;
};
using StructureOf = std::function<std::optional<HitStructure>(const TemplateHit& hit)>;

/// The first four that are good, in order; of those that lay the same residues on the query the first.
std::vector<ChosenHit> choose_hits(const std::vector<TemplateHit>& hits, const StructureOf& structure_of,
                                   const std::string& query, const std::string& newest);

/// mmCIF text of an entry; nothing where it is not there.
using StructureStore = std::function<std::optional<std::string>(const std::string& entry)>;
/// Files ENTRY.cif, plain or compressed (.cif.gz), of a folder. Errors: not_found for the folder.
StructureStore structure_folder(const std::string& path);

struct FoundTemplates {
  std::vector<Template> used;        ///< the first four that are good; equal ones once
  std::vector<std::string> missing;  ///< entries without a structure
};

/// Errors: as template_hits; bad_input naming an entry that is no mmCIF.
FoundTemplates choose_templates(const std::string& a3m, const std::string& query, const std::string& newest,
                                const StructureStore& structures, const ComponentTable& components);

/// The hit's chain for judging it; nothing where the entry has no such chain.
std::optional<HitStructure> hit_structure(const std::string& mmcif, const TemplateHit& hit,
                                          const ComponentTable& components);

}  // namespace groel::folding
