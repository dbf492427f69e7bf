// The files of a folded sequence: ID.pdb, ID.cif, ID.npz, ID.pae.json, and ID.json, which is written last and says what
// the others are of.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "structure_models/esmfold/sequence.h"

namespace groel::tasks {

/// What one structure was made from and with; equal for equal files.
struct FoldOrigin {
  std::string sequence;  ///< as it was read, with ':'
  std::string model;     ///< fingerprint
  std::string dtype;
  std::int64_t recycles = 0, linker = 0, residue_offset = 0;

  /// Digest of the sequence, and the rest.
  nlohmann::ordered_json json() const;
};

class FoldedFiles {
 public:
  /// `stem`: the folder and the name without extension; `title`: of the network.
  FoldedFiles(std::filesystem::path stem, std::string title) : stem_(std::move(stem)), title_(std::move(title)) {}

  std::filesystem::path with(const char* extension) const;
  /// What ID.json says, if all files are there, `arrays` among them, and of that origin; else null.
  nlohmann::ordered_json finished(const FoldOrigin& origin, bool arrays) const;
  /// A file there that another run or program has written; empty: none. What a run that was stopped left is none.
  std::filesystem::path strange(const FoldOrigin& origin) const;
  /// Each whole or not at all; ID.json last. `row`: what is said of the structure. Errors: io.
  void write(const structure_models::EsmfoldSequence& sequence, const structure_models::SequenceStructure& structure,
             const nlohmann::ordered_json& row, bool arrays) const;

 private:
  nlohmann::ordered_json said() const;

  std::filesystem::path stem_;
  std::string title_;
};

}  // namespace groel::tasks
