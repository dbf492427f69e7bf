// Recomputes the summary of a prediction from its model and its full confidences, and compares.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "folding/result_files.h"

namespace groel::folding {

/// A value of the summary, or of the table of scores, and what it has to be. NaN: null.
struct ConfidenceCheck {
  std::string value;  ///< "chain_pair_iptm"
  std::string of;     ///< chains: "A", "A-B"; empty: the whole
  double written = 0;
  double low = 0, high = 0;       ///< recomputed, as far as the files' digits go
  bool may_be_undefined = false;  ///< null would do as well
  std::string source;             ///< "model", "PAE", "summary"
  bool agrees() const;
};

/// All values of a prediction. `listed`: its score in the folder's table.
///
/// has_clash and fraction_disordered come of the model; the least PAE of chains of the matrix with its one decimal;
/// means and scores of other values in the summary of those. pTM and ipTM are means over PAE's *distributions*, of
/// which the files hold the means alone: what is computed is the least and the largest that any distributions with
/// these means can give. Whether a ligand's token has a frame is not in the files either, and left open. Errors: those
/// of the readers; bad_input where model, confidences and summary are not of the same atoms and chains.
std::vector<ConfidenceCheck> check_confidences(const ResultPaths& paths, std::optional<double> listed);

/// The score of a prediction in the table of its folder: by its name, or the best where the name is the folder's own.
std::optional<double> listed_score(const std::vector<WrittenScore>& scores, const std::string& name);

}  // namespace groel::folding
