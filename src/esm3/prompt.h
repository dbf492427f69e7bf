// Prompts for ESM3: read from JSON, structures and sequences, and written as those.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "esm3/protein.h"
#include "io/structure_atoms.h"

namespace groel::esm3 {

struct Prompt {
  std::string id;
  ESMProtein protein;
  std::optional<ESMProteinTensor> tokens;  ///< as given: tracks of raw ids, ends too
  models::Tracks beside;                   ///< of raw tracks: coordinates, chains and the like, [T]
  std::vector<std::string> notes{};        ///< what of its file was left out, a sentence each
};

/// {"id", "sequence", "secondary_structure", "sasa", "coordinates", "function_annotations"} of a protein, or {"tokens":
/// {"sequence", "structure", …}, "coordinates", "chain_id", "sequence_id", "average_plddt", "per_res_plddt"} of raw
/// tracks; coordinates [L][3 or 37][3], null for what is missing. Errors: bad_input naming the field.
Prompt prompt_of(const nlohmann::json& json, const std::string& id);

/// Chains joined by `|`; or the one of that name. Errors: not_found, naming those there are.
Prompt prompt_of(const io::AtomStructure& structure, const std::string& chain, const std::string& id);

/// What is masked of a prompt.
struct PromptMask {
  bool sequence = false, structure = false;  ///< all of it
  std::string ranges;                        ///< "5-20,31": residues of the sequence, from 1
};
/// Errors: usage, for ranges that are none or outside.
void mask(Prompt& prompt, const PromptMask& masking);

nlohmann::ordered_json json_of(const ESMProtein& protein);
nlohmann::ordered_json json_of(const ESMProteinTensor& tensor);

/// A protein with coordinates, chains apart where its sequence has `|`; B factors are its plddt.
std::vector<io::AtomChain> chains_of(const ESMProtein& protein);

}  // namespace groel::esm3
