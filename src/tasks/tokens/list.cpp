// Turns the map of residues around: from tokens to the residues that they hold.
#include "tasks/tokens/list.h"

#include "tasks/reading/csv_text.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

// Residues of a token, from 1; 0 where there are none.
struct HeldResidues {
  std::int64_t first = 0, last = 0;
};

std::vector<HeldResidues> held_by(const bio::Encoded& encoded) {
  std::vector<HeldResidues> out(encoded.ids.size());
  for (std::int64_t r = 0; r < encoded.residues(); ++r)
    for (std::int64_t t = encoded.map[r].begin; t < encoded.map[r].end; ++t) {
      HeldResidues& held = out[static_cast<std::size_t>(t)];
      if (held.first == 0) held.first = r + 1;
      held.last = r + 1;
    }
  return out;
}

}  // namespace

std::string token_list_csv(const std::vector<ReadRecord>& records, const bio::Tokenizer& tokenizer) {
  std::string out;
  append_row(out, std::vector<std::string>{"protein", "place", "id", "token", "first_residue", "last_residue"});
  for (const ReadRecord& record : records) {
    if (record.error) continue;
    const std::vector<HeldResidues> held = held_by(record.encoded);
    for (std::size_t t = 0; t < held.size(); ++t) {
      const std::int32_t id = record.encoded.ids[t];
      const bool any = held[t].first > 0;
      append_row(out, std::vector<std::string>{record.id, std::to_string(t + 1), std::to_string(id),
                                               tokenizer.token(id), any ? std::to_string(held[t].first) : "",
                                               any ? std::to_string(held[t].last) : ""});
    }
  }
  return out;
}

ordered_json token_list_json(const std::vector<ReadRecord>& records, const bio::Tokenizer& tokenizer) {
  ordered_json out = ordered_json::array();
  for (const ReadRecord& record : records) {
    if (record.error) {
      out.push_back({{"id", record.id}, {"error", error_json(record.id, *record.error)}});
      continue;
    }
    const std::vector<HeldResidues> held = held_by(record.encoded);
    ordered_json tokens = ordered_json::array();
    for (std::size_t t = 0; t < held.size(); ++t) {
      const std::int32_t id = record.encoded.ids[t];
      tokens.push_back({{"id", id},
                        {"token", tokenizer.token(id)},
                        {"residues", held[t].first > 0 ? ordered_json{held[t].first, held[t].last} : ordered_json()}});
    }
    out.push_back({{"id", record.id}, {"residues", record.residues()}, {"tokens", tokens}});
  }
  return {{"sequences", out}};
}

}  // namespace groel::tasks
