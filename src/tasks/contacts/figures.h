// Contact maps as pictures.
#pragma once

#include "report/figure.h"
#include "tasks/contacts/result.h"

namespace groel::tasks {

/// Probabilities of pairs at least analysis::kShortestRange apart. With a structure they are above the diagonal and
/// its contacts below; the likeliest L pairs are marked, as hits and misses where that is known. `model` names what
/// predicted them.
report::Figure contact_figure(const ContactResult& result, const std::string& model);

struct ChainLabels {
  std::string name;
  std::vector<std::string> residues;   ///< "M1"
  std::vector<std::string> numbers{};  ///< the author's, "27A"; empty where no residue was seen
};
/// Contacts of a structure: rows of `a`, columns of `b`. `source` names its file.
report::Figure structure_figure(const std::string& source, const analysis::DistanceMap& map, const ChainLabels& a,
                                const ChainLabels& b);

/// "M1", "K2", ...
std::vector<std::string> residue_labels(const std::string& sequence);

}  // namespace groel::tasks
