// Which files of a prediction belong together: the model, its confidences, and their summary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"

namespace groel::tasks {

struct PredictionFiles {
  std::string title;                 ///< "seed 1, sample 0"; of a single file its name
  std::string model;                 ///< mmCIF or PDB
  std::string confidences, summary;  ///< empty: there is none
  std::optional<double> ranking{};   ///< of ranking_scores.csv, or of the summary
};

/// The files beside a model that belong to it by their names, as AlphaFold 3 and its server write them:
/// X_model.cif, X_confidences.json, X_summary_confidences.json; X_model_0.cif, X_full_data_0.json,
/// X_summary_confidences_0.json; each perhaps .gz or .zst. Of any other X.cif or X.pdb X.pae.json, as groel fold writes
/// it of sequences.
PredictionFiles files_of_model(const std::string& model);

/// The models in an output folder of AlphaFold 3, of its server or of groel fold, the highest ranking score first. The
/// root's model is the best sample's: it stands for that one. Samples of which the folder has scores but no files are
/// counted to `sink`. Errors: not_found where there is no model.
std::vector<PredictionFiles> files_of_folder(const std::string& folder, Sink& sink);

}  // namespace groel::tasks
