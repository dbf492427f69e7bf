// The two JSON files of a prediction's confidence, as AlphaFold 3 writes them.
#pragma once

#include <string>

#include "folding/output_stream.h"
#include "folding/prediction.h"

namespace groel::folding {

/// `_summary_confidences.json`: sorted keys, two decimals, null for what is not defined, the chain of every *token* as
/// `chain_ids`.
std::string summary_json(const AtomLayout& layout, const ConfidenceSummary& summary);

/// `_confidences.json`: PAE with one decimal (0 to 99.9 Å), pLDDT and contact probabilities with two, null for what is
/// no number.
void write_confidences(const AtomLayout& layout, const Prediction& prediction, OutputStream& to);

}  // namespace groel::folding
