// The masked positions of the records of a fill-mask run, and the model's predictions for them.
#pragma once

#include <optional>
#include <vector>

#include "tasks/reading/distribution.h"
#include "tasks/reading/input.h"

namespace groel::tasks {

struct MaskRequest {
  std::vector<std::int64_t> positions;  ///< 1-based, beside those that are <mask> already; masked together
  bool one_by_one = false;              ///< every residue, each masked in a copy of its own
  std::int64_t first_position = 1;      ///< how messages number the first residue: 1, or 0
};

/// One answered position.
struct FilledPosition {
  std::size_t record = 0;
  std::int64_t position = 0;            ///< 1-based
  std::optional<std::int32_t> residue;  ///< what was there, unless that was <mask>
  std::vector<double> probabilities;    ///< in the order of the choices
  std::optional<std::int64_t> truth;    ///< index of the residue in the choices, if it is one of them
};

/// The positions of one record to ask for, ascending.
struct MaskJob {
  std::size_t record = 0;
  std::vector<std::int64_t> positions;
};

/// What there is to ask. Records that cannot be answered (position out of range, nothing masked, too long) get their
/// error.
std::vector<MaskJob> mask_jobs(const engine::MaskedScan& scan, const bio::Tokenizer& tokenizer,
                               std::vector<ReadRecord>& records, const MaskRequest& request);

/// What answers are made of.
struct MaskInput {
  const engine::MaskedScan& scan;
  const bio::Tokenizer& tokenizer;
  const Choices& choices;
  std::vector<ReadRecord>& records;
};

/// Answers in the order of the jobs. A record of which the model says something that is no number gets its error, and
/// no answers.
std::vector<FilledPosition> fill_masks(const MaskInput& input, std::vector<MaskJob> jobs, const MaskRequest& request,
                                       Sink& sink);

}  // namespace groel::tasks
