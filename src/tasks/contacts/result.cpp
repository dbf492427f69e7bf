// Predicting, comparing, and saying it.
#include "tasks/contacts/result.h"

#include <algorithm>
#include <cmath>

#include "engine/embed.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::string precision_name(const analysis::Precision& one) {
  return one.divisor == 1 ? "L" : fmt::format("L/{}", one.divisor);
}

std::string precision_table(const ContactResult& result) {
  std::string out = fmt::format("  {:<8} {:>10} {:>10} {:>22} {:>22} {:>22}\n", "range", "pairs", "contacts",
                                "precision at L", "at L/2", "at L/5");
  for (std::size_t at = 0; at + 2 < result.precision.size(); at += 3) {
    const analysis::Precision& first = result.precision[at];
    out += fmt::format("  {:<8} {:>10} {:>10}", first.range, first.considered, first.contacts);
    for (std::size_t i = at; i < at + 3; ++i) {
      const analysis::Precision& one = result.precision[i];
      out += fmt::format(" {:>22}",
                         one.pairs > 0 ? fmt::format("{:.3f} ({} of {})", one.value(), one.hits, one.pairs) : "-");
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string letters(const bio::Tokenizer& tokenizer, std::span<const std::int32_t> tokens) {
  std::string out;
  for (std::size_t p = 1; p + 1 < tokens.size(); ++p) {
    const std::string& token = tokenizer.token(tokens[p]);
    out += token.size() == 1 ? token[0] : 'X';
  }
  return out;
}

ContactResult predict_contacts(const models::Model& model, const ReadRecord& record, const bio::Chain* chain) {
  ContactResult out{record.id, letters(model.tokenizer(), record.tokens), {}, {}, {}};
  if (chain != nullptr) {  // first, as it costs less
    const bio::Sites sites = bio::place(*chain, out.sequence);
    out.truth = analysis::distances(sites, sites);
  }
  const Tensor contacts = engine::embed_batch(model, std::span(&record.tokens, 1), {.contacts = true}).front().contacts;
  const auto values = contacts.values<float>();
  out.probabilities.assign(values.begin(), values.end());
  if (out.truth) out.precision = analysis::contact_precision(out.probabilities, *out.truth, analysis::kContactDistance);
  return out;
}

std::vector<ContactPair> ranked_pairs(const ContactResult& result) {
  std::vector<ContactPair> out;
  for (std::int64_t i = 0; i < result.length(); ++i)
    for (std::int64_t j = i + analysis::kShortestRange; j < result.length(); ++j)
      out.push_back({i, j, result.at(i, j)});
  std::stable_sort(out.begin(), out.end(),
                   [](const ContactPair& a, const ContactPair& b) { return a.probability > b.probability; });
  return out;
}

ordered_json to_json(const ContactResult& result, std::size_t top) {
  ordered_json out{{"id", result.id}, {"length", result.length()}, {"contacts", ordered_json::array()}};
  const auto pairs = ranked_pairs(result);
  for (std::size_t p = 0; p < std::min(top, pairs.size()); ++p) {
    const ContactPair& pair = pairs[p];
    const auto letter = [&](std::int64_t at) { return result.sequence.substr(static_cast<std::size_t>(at), 1); };
    out["contacts"].push_back({{"i", pair.i + 1},
                               {"j", pair.j + 1},
                               {"residues", letter(pair.i) + letter(pair.j)},
                               {"probability", pair.probability}});
    if (!result.truth) continue;
    const float distance = result.truth->at(pair.i, pair.j);
    out["contacts"].back()["distance"] = std::isnan(distance) ? ordered_json() : ordered_json(distance);
  }
  for (const analysis::Precision& one : result.precision)
    out["precision"].push_back({{"range", one.range},
                                {"top", precision_name(one)},
                                {"pairs", one.pairs},
                                {"hits", one.hits},
                                {"precision", one.pairs > 0 ? ordered_json(one.value()) : ordered_json()},
                                {"contacts", one.contacts},
                                {"considered", one.considered}});
  return out;
}

std::string to_text(const ContactResult& result, std::size_t top) {
  std::string out = fmt::format("{} ({} residues)\n", result.id, result.length());
  if (result.truth) out += precision_table(result) + '\n';
  const auto pairs = ranked_pairs(result);
  out +=
      fmt::format("  {:>8} {:>8} {:>12}{}\n", "residue", "residue", "probability", result.truth ? "  distance/A" : "");
  for (std::size_t p = 0; p < std::min(top, pairs.size()); ++p) {
    const ContactPair& pair = pairs[p];
    const auto name = [&](std::int64_t at) {
      return fmt::format("{}{}", result.sequence[static_cast<std::size_t>(at)], at + 1);
    };
    const float distance = result.truth ? result.truth->at(pair.i, pair.j) : NAN;
    out += fmt::format("  {:>8} {:>8} {:>12.4f}{}\n", name(pair.i), name(pair.j), pair.probability,
                       std::isnan(distance) ? "" : fmt::format("{:>12.2f}", distance));
  }
  return out + '\n';
}

std::string to_rr(const ContactResult& result) {
  constexpr std::size_t kLine = 50;
  std::string out =
      fmt::format("PFRMAT RR\nTARGET {}\nAUTHOR GroEL\nMETHOD protein language model\nMODEL 1\n", result.id);
  for (std::size_t at = 0; at < result.sequence.size(); at += kLine) out += result.sequence.substr(at, kLine) + '\n';
  for (const ContactPair& pair : ranked_pairs(result))
    out += fmt::format("{} {} 0 8 {:.6f}\n", pair.i + 1, pair.j + 1, pair.probability);
  return out + "END\n";
}

}  // namespace groel::tasks
