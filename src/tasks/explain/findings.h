// What `groel explain` found, as CSV, JSON, or a table for people.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "tasks/explain/descriptions.h"
#include "tasks/explain/summary.h"

namespace groel::tasks {

struct Explained {
  std::string id;
  std::vector<std::string> residues;         ///< tokens
  std::vector<ProteinFeature> protein;       ///< by protein
  std::vector<std::vector<Fired>> features;  ///< by residue
  std::optional<Error> error;
};

struct Explanations {
  std::string model;
  int layer = 0;
  std::int64_t features = 0, top = 0;
  bool by_residue = false;
  Descriptions descriptions;
  std::vector<Explained> records;
};

std::string to_csv(const Explanations& findings);
nlohmann::ordered_json to_json(const Explanations& findings);
void print(const Explanations& findings, std::ostream& out);

}  // namespace groel::tasks
