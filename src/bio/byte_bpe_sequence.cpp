// Proteins as texts, and which tokens hold which residues.
#include <algorithm>

#include "base/error.h"
#include "bio/byte_bpe.h"
#include "bio/sequence_text.h"

namespace groel::bio {

// Of one character at a position that counts from 1.
char ByteBpe::residue_of(char written, std::int64_t position, CleaningCounts& counts) const {
  if (!is_letter(written))
    refuse(position, shown(written), "which is not an amino acid",
           written == '*' ? "a stop codon inside: split the sequence there or take it out"
                          : "write an unknown residue as X, and leave out gaps, tags and special tokens");
  const char letter = to_upper(written);
  if (is_lower(written)) ++counts.lower_case;
  if (vocabulary_->byte_id(letter) < 0) refuse(position, shown(written), "which no token of this model covers", {});
  return letter;
}

// Residues in capitals, and nothing else.
std::string ByteBpe::cleaned(std::string_view sequence, CleaningCounts& counts) const {
  const std::string_view rest = without_stars(sequence, counts);
  const auto as_it_is = [this](char c) { return c >= 'A' && c <= 'Z' && vocabulary_->byte_id(c) >= 0; };
  if (!rest.empty() && std::all_of(rest.begin(), rest.end(), as_it_is)) return std::string(rest);
  std::string out(rest.size(), ' ');
  std::size_t count = 0;
  for (const char c : rest)
    if (!is_space(c)) {
      out[count] = residue_of(c, static_cast<std::int64_t>(count) + 1, counts);
      ++count;
    }
  out.resize(count);
  if (out.empty()) throw Error(ErrorKind::bad_input, "the sequence is empty");
  return out;
}

std::string ByteBpe::written(std::string_view residues) const {
  const std::size_t line = form_.line > 0 ? static_cast<std::size_t>(form_.line) : residues.size();
  std::string out;
  out.reserve(form_.before.size() + residues.size() + residues.size() / line + form_.after.size());
  out = form_.before;
  for (std::size_t at = 0; at < residues.size(); at += line) {
    if (at > 0) out += '\n';
    out += residues.substr(at, line);
  }
  return out += form_.after;
}

// Of tokens that hold `residues` characters beside white space, after those that the form begins with.
ResidueMap ByteBpe::map_of(std::span<const std::int32_t> ids, std::size_t residues) const {
  std::vector<TokenSpan> spans(residues);
  std::size_t others = letters_before_, filled = 0;
  for (std::size_t t = 0; t < ids.size(); ++t) {
    const std::size_t solid = vocabulary_->solid_bytes(ids[t]);
    const std::size_t skipped = std::min(others, solid), end = std::min(residues, filled + solid - skipped);
    others -= skipped;
    for (; filled < end; ++filled) spans[filled] = {static_cast<std::int64_t>(t), static_cast<std::int64_t>(t) + 1};
  }
  GROEL_REQUIRE(filled == residues);
  return {std::move(spans), static_cast<std::int64_t>(ids.size())};
}

Encoded ByteBpe::encode(std::string_view sequence) const {
  Encoded out;
  const std::string residues = cleaned(sequence, out.counts);
  out.ids = ids_of(written(residues));
  out.map = map_of(out.ids, residues.size());
  return out;
}

ResidueMap ByteBpe::residue_map(std::span<const std::int32_t> ids) const {
  std::vector<TokenSpan> spans;
  for (std::size_t t = 0; t < ids.size(); ++t) {
    GROEL_REQUIRE(ids[t] >= 0 && ids[t] < size());
    const std::string& bytes = vocabulary_->bytes(ids[t]);
    const auto letters = static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), is_letter));
    spans.insert(spans.end(), letters, {static_cast<std::int64_t>(t), static_cast<std::int64_t>(t) + 1});
  }
  return {std::move(spans), static_cast<std::int64_t>(ids.size())};
}

std::vector<std::int32_t> ByteBpe::with_ends(std::span<const std::int32_t> residue_ids) const {
  std::vector<std::int32_t> out = before_;
  out.insert(out.end(), residue_ids.begin(), residue_ids.end());
  out.insert(out.end(), after_.begin(), after_.end());
  return out;
}

std::int64_t ByteBpe::token_count(std::int64_t residues) const {
  const std::int64_t breaks = form_.line > 0 && residues > 0 ? (residues - 1) / form_.line : 0;
  return residues + breaks + end_tokens();
}

std::int64_t ByteBpe::residue_count(std::int64_t tokens) const {
  const std::int64_t inside = std::max<std::int64_t>(0, tokens - end_tokens());
  if (form_.line <= 0) return inside;
  return inside / (form_.line + 1) * form_.line + std::min(inside % (form_.line + 1), form_.line);
}

}  // namespace groel::bio
