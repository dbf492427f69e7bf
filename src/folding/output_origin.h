// Whose model a structure is, and what may be done with it: the part of an mmCIF file that is not about its atoms.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace groel::folding {

/// A row of `_pdbx_data_usage`.
struct UsageTerms {
  std::string type;  ///< "license", "disclaimer"
  std::string details;
  std::string url = "?";
};

struct ModelOrigin {
  std::string comment;  ///< lines before the data block, each with its "# "; empty: none
  std::vector<std::string> authors;
  std::vector<std::pair<std::string, std::string>> citation;  ///< items of `_citation` and their values, by item
  std::vector<UsageTerms> usage;
  std::string group;              ///< `_ma_model_list.model_group_name`
  std::string software, version;  ///< the model
  std::vector<std::string> steps;
};

/// What a structure of AlphaFold 3's weights says.
struct AlphaFold3Run {
  std::string program;     ///< "GroEL 1.0.0"
  std::string time;        ///< "2026-11-28 11:49:54"
  std::string identifier;  ///< of the weights, which are in their file
  bool terms = true;       ///< with the licence, as the terms of the weights ask for whoever passes the file on
};
ModelOrigin alphafold3_origin(const AlphaFold3Run& run);

/// What a structure of Protenix's weights says. `program` and `time` as above; `identifier`: a digest of the weights.
ModelOrigin protenix_origin(const std::string& program, const std::string& time, const std::string& identifier);
/// Likewise of OpenFold3's, and of IntelliFold-2's.
ModelOrigin openfold3_origin(const std::string& program, const std::string& time, const std::string& identifier);
ModelOrigin intellifold2_origin(const std::string& program, const std::string& time, const std::string& identifier);
/// Likewise of Boltz-2's.
ModelOrigin boltz2_origin(const std::string& program, const std::string& time, const std::string& identifier);

/// What TERMS_OF_USE.md beside such structures says.
std::string alphafold3_terms();

}  // namespace groel::folding
