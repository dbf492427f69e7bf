// Maps residues to tokens and tokens back to residues.
#include "bio/residue_map.h"

#include <algorithm>

#include "base/error.h"

namespace groel::bio {

ResidueMap::ResidueMap(TokenSpan run, std::int64_t tokens) : run_(run), residues_(run.count()), tokens_(tokens) {
  GROEL_REQUIRE(0 <= run.begin && run.begin <= run.end && run.end <= tokens);
}

ResidueMap::ResidueMap(std::vector<TokenSpan> spans, std::int64_t tokens)
    : residues_(static_cast<std::int64_t>(spans.size())), tokens_(tokens) {
  if (!spans.empty()) run_ = {spans.front().begin, spans.back().end};
  GROEL_REQUIRE(0 <= run_.begin && run_.end <= tokens);
  for (std::size_t r = 0; r < spans.size(); ++r) {
    GROEL_REQUIRE(spans[r].begin < spans[r].end);
    GROEL_REQUIRE(r == 0 || (spans[r - 1].begin <= spans[r].begin && spans[r - 1].end <= spans[r].end));
  }
  spans_ = std::make_shared<const std::vector<TokenSpan>>(std::move(spans));
}

std::optional<std::int64_t> ResidueMap::residue_at(std::int64_t token) const {
  if (token < run_.begin || token >= run_.end) return {};
  if (spans_ == nullptr) return token - run_.begin;
  const auto found = std::partition_point(spans_->begin(), spans_->end(),
                                          [token](const TokenSpan& span) { return span.end <= token; });
  if (found == spans_->end() || found->begin > token) return {};
  return found - spans_->begin();
}

}  // namespace groel::bio
