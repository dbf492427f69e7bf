// A golden case of AlphaFold 3's confidences: the arrays that a network gave, and the layout of the structure.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "folding/layout.h"
#include "folding/prediction.h"
#include "golden/cif_items.h"
#include "io/arrays.h"

namespace groel::golden {

/// `X.json`, `X.expected.json`, `X.safetensors` and `X_output` of a folder.
class ConfidenceCase {
 public:
  /// Errors: those of the readers.
  ConfidenceCase(const std::filesystem::path& folder, std::string name);

  const std::string& name() const { return name_; }
  const nlohmann::json& expected() const { return expected_; }
  const std::filesystem::path& output() const { return output_; }
  /// The text of a file of the output folder.
  std::string text(const std::filesystem::path& file) const;

  std::size_t seeds() const { return expected_.at("seeds").size(); }
  std::uint32_t seed(std::size_t s) const { return expected_["seeds"][s].get<std::uint32_t>(); }
  std::size_t samples() const { return expected_.at("samples").get<std::size_t>(); }

  bool has(std::size_t seed, const std::string& array) const { return arrays_.arrays.contains(key(seed, array)); }
  /// Of a seed: the whole array, or a sample's part of it. Errors: bad_input naming an array that is not there.
  std::vector<float> values(std::size_t seed, const std::string& array) const;
  std::vector<float> values(std::size_t seed, const std::string& array, std::size_t sample) const;

  /// Of the best sample's mmCIF file, with the slots of tokens from the mask of atoms.
  const folding::AtomLayout& layout() const { return layout_; }

 private:
  static std::string key(std::size_t seed, const std::string& array) {
    return "s" + std::to_string(seed) + "." + array;
  }
  void read_layout();
  void read_residues(const CifItems& items);
  void add_chain(const std::string& id, folding::ChainType type);
  void add_residue(const std::string& component, std::int32_t number);
  void read_atoms(const CifItems& items);
  void read_components(const CifItems& items);
  void make_tokens();

  std::string name_;
  std::filesystem::path output_;
  nlohmann::json expected_;
  io::ArrayFile arrays_;
  folding::AtomLayout layout_;
};

}  // namespace groel::golden
