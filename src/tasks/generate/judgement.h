// Compares proteins that were written with those that the model learned from, and shows it as a page.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/progress.h"
#include "tasks/generate/options.h"

namespace groel::tasks {

struct JudgementInput {
  std::vector<std::string> written;  ///< residues; at least one
  std::vector<std::string> known;    ///< likewise, of the training set
  std::string predictor;             ///< folder of a trained predictor; empty: none
  std::string dtype;                 ///< in which it runs
};

/// Composition, ten descriptors, how near each protein is to one that was learned from (copies are counted), and the
/// share of each label by a predictor. Errors: as open_predictor.
nlohmann::ordered_json judge_written(const JudgementInput& input, Sink& sink);

/// report.html and report.json of that. Errors: io; usage, where the folder has files already and may not be replaced.
void write_judgement(const nlohmann::ordered_json& found, const std::filesystem::path& folder);

/// These, beside the sequences of --judge, as --judge-by and --report say; says where the page is. Errors: as both.
void judge_files(const GenerateOptions& options, std::vector<std::string> written, Sink& sink);

}  // namespace groel::tasks
