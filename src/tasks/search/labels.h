// Transfers labels of a table from the nearest known proteins to a query.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "tasks/search/options.h"

namespace groel::tasks {

/// A protein that was found.
struct Hit {
  std::string_view id;
  double similarity = 0;  ///< cosine
};

struct LabelScore {
  std::string label;
  double score = 0;             ///< share of the labelled hits' similarity, 0 to 1
  std::int64_t neighbours = 0;  ///< hits that have it
};

/// The labels of proteins by their ids; one may have several, in rows of its own.
class Annotations {
 public:
  /// The table of --annotations, with --id-column and --label-column. The sink is told of rows without a label or an
  /// id, which are left out. Errors: as io::read_table; bad_input when no row has both.
  Annotations(const SearchOptions& options, Sink& sink);

  /// By the whole id, or else by a part of it between bars ("P01308" of "sp|P01308|INS_HUMAN").
  std::span<const std::string> of(std::string_view id) const;
  /// The labels that the hits have, best first. The weight of a hit is its similarity, where that is positive; a
  /// label's score is the weight of its hits over that of all that have any label.
  std::vector<LabelScore> transfer(std::span<const Hit> hits) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> labels_;
};

}  // namespace groel::tasks
