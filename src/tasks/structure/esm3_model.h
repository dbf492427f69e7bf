// Proteins that groel esm3 wrote as JSON, as structures.
#pragma once

#include <string>
#include <vector>

#include "tasks/structure/confidence_json.h"

namespace groel::tasks {

struct Esm3Model {
  std::string title;  ///< its id
  std::string text;   ///< mmCIF
  Confidences confidences;
  double ptm = 0;  ///< not a number: the file has none
};

/// Whether a file is JSON by its name.
bool is_json_file(const std::string& path);

/// The proteins with coordinates, one or several; what else is in the file is counted to `left_out`. Errors: not_found,
/// io; bad_input where there is none, or where pae is not of the protein.
std::vector<Esm3Model> read_esm3_models(const std::string& path, std::int64_t& left_out);

}  // namespace groel::tasks
