// Reads the residues out of what a model wrote.
#include "tasks/generate/proteins.h"

#include <algorithm>
#include <cctype>

namespace groel::tasks {
namespace {

using generation::Written;
using nlohmann::ordered_json;

bool is_tag(std::string_view token) { return token.size() > 2 && token.front() == '<' && token.back() == '>'; }

// Letters of tokens; what stands before the last tag of a prompt is no part of the protein ("1.1.1.1<sep><start>").
void add_letters(std::span<const std::int32_t> ids, const bio::Tokenizer& tokenizer, Protein& to) {
  for (const std::int32_t id : ids) {
    if (tokenizer.is_special(id) || is_tag(tokenizer.token(id))) continue;
    for (const char c : tokenizer.decode(std::span(&id, 1))) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalpha(byte) != 0)
        to.sequence += static_cast<char>(std::toupper(byte));
      else if (std::isspace(byte) == 0)
        ++to.dropped;
    }
  }
}

std::span<const std::int32_t> after_tags(std::span<const std::int32_t> ids, const bio::Tokenizer& tokenizer) {
  for (std::size_t i = ids.size(); i-- > 0;)
    if (tokenizer.is_special(ids[i]) || is_tag(tokenizer.token(ids[i]))) return ids.subspan(i + 1);
  return ids;
}

std::string setting_text(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

Protein protein_of(const Written& written, const bio::Tokenizer& tokenizer) {
  Protein out;
  out.id = fmt::format("generated_{}", written.request.index + 1);
  out.text = tokenizer.decode(written.ids);
  add_letters(after_tags(written.request.prompt, tokenizer), tokenizer, out);
  add_letters(written.ids, tokenizer, out);
  out.perplexity = written.perplexity();
  return out;
}

std::string fasta_record(const Protein& protein, const Written& written, const ordered_json& settings) {
  std::string out = fmt::format(">{} perplexity={:.3f} residues={} tokens={} ended={}", protein.id, protein.perplexity,
                                protein.sequence.size(), written.ids.size(), generation::name(written.ending));
  if (!protein.prompt.empty()) out += " prompt=" + protein.prompt;
  for (const auto& [name, value] : settings.items()) out += fmt::format(" {}={}", name, setting_text(value));
  out += '\n';
  constexpr std::size_t kLine = 60;
  for (std::size_t at = 0; at < protein.sequence.size(); at += kLine) out += protein.sequence.substr(at, kLine) + '\n';
  return out;
}

ordered_json json_record(const Protein& protein, const Written& written) {
  ordered_json out{{"id", protein.id},
                   {"token_ids", written.ids},
                   {"text", protein.text},
                   {"sequence", protein.sequence},
                   {"perplexity", protein.perplexity},
                   {"ended", generation::name(written.ending)},
                   {"log_probabilities", written.log_probabilities},
                   {"prompt_ids", written.request.prompt}};
  if (!protein.prompt.empty()) out["prompt"] = protein.prompt;
  return out;
}

}  // namespace groel::tasks
