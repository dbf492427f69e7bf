// Turns alignments into ids, and ids back into rows and columns.
#include "bio/alignment_tokenizer.h"

#include <algorithm>

#include "base/error.h"
#include "bio/alignment.h"

namespace groel::bio {
namespace {

constexpr std::int64_t kWidest = 1024;  // tokens of a row, where a model says nothing of it

std::string place_of(std::size_t row) { return fmt::format("row {} of the alignment", row + 1); }

[[noreturn]] void fail_length(std::size_t row, std::int64_t columns, std::int64_t first) {
  throw Error(ErrorKind::bad_input,
              {fmt::format("it has {} columns, but the first row has {}", columns, first), place_of(row),
               "all rows of an alignment are equally long, small letters and '.' (insertions) left out"});
}

}  // namespace

AlignmentTokenizer::AlignmentTokenizer(EsmTokenizer rows, const AlignmentLimits& limits)
    : Tokenizer(rows.tokens(), "the vocabulary"), rows_(std::move(rows)), limits_(limits) {
  Special special = rows_.special();
  special.end.reset();
  set_special(special);
}

std::shared_ptr<const AlignmentTokenizer> AlignmentTokenizer::within(const AlignmentLimits& limits) const {
  return std::make_shared<const AlignmentTokenizer>(rows_, limits);
}

void AlignmentTokenizer::check_limits(std::int64_t rows, std::int64_t columns) const {
  if (limits_.columns && columns > *limits_.columns)
    throw Error(
        ErrorKind::bad_input,
        {fmt::format("the alignment has {} columns, but this model reads at most {}", columns, *limits_.columns),
         {},
         "cut it to the part that matters, for example a domain: windows of alignments are not joined"});
  if (limits_.rows && rows > *limits_.rows)
    throw Error(ErrorKind::bad_input,
                {fmt::format("the alignment has {} rows, but this model reads at most {}", rows, *limits_.rows),
                 {},
                 fmt::format("use `max_rows={}` or fewer", *limits_.rows)});
}

std::vector<std::int32_t> AlignmentTokenizer::encode_row(std::string_view row, CleaningCounts& counts) const {
  Encoded one = rows_.encode(row);
  one.ids.pop_back();  // <eos>
  counts.lower_case += one.counts.lower_case;
  counts.stars_dropped += one.counts.stars_dropped;
  counts.unknown += one.counts.unknown;
  return std::move(one.ids);
}

Encoded AlignmentTokenizer::encode(std::string_view text) const {
  Encoded out;
  if (!is_alignment(text)) {
    out.ids = encode_row(text, out.counts);
    check_limits(1, static_cast<std::int64_t>(out.ids.size()) - 1);
    out.map = residue_map(out.ids);
    return out;
  }
  const auto rows = alignment_rows(text);
  std::int64_t columns = 0;
  RowCounts dropped;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::vector<std::int32_t> row;
    try {
      row = encode_row(without_insertions(rows[r], dropped), out.counts);
    } catch (const Error& error) {
      throw error.at(place_of(r));
    }
    const auto own = static_cast<std::int64_t>(row.size()) - 1;
    if (r == 0)
      check_limits(static_cast<std::int64_t>(rows.size()), columns = own);
    else if (own != columns)
      fail_length(r, own, columns);
    out.ids.insert(out.ids.end(), row.begin(), row.end());
  }
  out.map = ResidueMap({1, columns + 1}, static_cast<std::int64_t>(out.ids.size()));
  return out;
}

std::vector<std::int32_t> AlignmentTokenizer::encode_as_transformers(std::string_view text) const {
  std::vector<std::int32_t> out;
  RowCounts dropped;
  for (const std::string_view row : alignment_rows(text)) {
    auto ids = rows_.encode_as_transformers(is_alignment(text) ? without_insertions(row, dropped) : std::string(row));
    out.insert(out.end(), ids.begin(), ids.end() - 1);
  }
  if (out.empty()) out.push_back(*special().begin);
  return out;
}

std::string AlignmentTokenizer::canonical(std::string_view text) const {
  std::string out;
  const std::vector<std::int32_t> ids = encode(text).ids;
  for (const std::int32_t id : ids) {
    if (id != special().begin)
      out += token(id);
    else if (!out.empty())
      out += kRowBreak;
  }
  return out;
}

AlignmentGrid AlignmentTokenizer::grid(std::span<const std::int32_t> ids) const {
  const auto tokens = static_cast<std::int64_t>(ids.size());
  const auto starts = std::count(ids.begin(), ids.end(), *special().begin);
  if (starts < 2) return {1, tokens};
  const AlignmentGrid out{starts, tokens / starts};
  bool even = out.rows * out.columns == tokens;
  for (std::int64_t r = 0; even && r < out.rows; ++r)
    even = ids[static_cast<std::size_t>(r * out.columns)] == *special().begin;
  if (!even) throw Error(ErrorKind::bad_input, "these tokens are no alignment: its rows are not equally long");
  return out;
}

ResidueMap AlignmentTokenizer::residue_map(std::span<const std::int32_t> ids) const {
  const std::int64_t columns = grid(ids).columns;
  const std::int64_t first = !ids.empty() && ids.front() == *special().begin ? 1 : 0;
  return {{first, columns}, static_cast<std::int64_t>(ids.size())};
}

std::vector<std::int32_t> AlignmentTokenizer::example(std::int64_t tokens) const {
  if (tokens < 2) throw Error(ErrorKind::bad_input, "the sequence is empty");
  const std::int64_t widest = limits_.columns.value_or(kWidest - 1) + 1;
  std::int64_t rows = (tokens + widest - 1) / widest;
  if (limits_.rows) rows = std::min(rows, *limits_.rows);
  const std::int64_t columns = (tokens + rows - 1) / rows;
  std::vector<std::int32_t> out(static_cast<std::size_t>(rows * columns), encode("A").residue(1));
  for (std::int64_t r = 0; r < rows; ++r) out[static_cast<std::size_t>(r * columns)] = *special().begin;
  return out;
}

std::shared_ptr<const Tokenizer> alignment_tokenizer(const TokenizerFiles& files) {
  return std::make_shared<const AlignmentTokenizer>(
      files.tokens.empty() ? EsmTokenizer::esm() : EsmTokenizer::from_vocabulary(files.tokens, files.label));
}

const AlignmentTokenizer* as_alignments(const Tokenizer& tokenizer) noexcept {
  return dynamic_cast<const AlignmentTokenizer*>(&tokenizer);
}

std::int64_t mapped_tokens(const Tokenizer& tokenizer, const ResidueMap& map) {
  return as_alignments(tokenizer) != nullptr ? map.run().end : map.tokens();
}

}  // namespace groel::bio
