// Predicts contacts, compares them with a structure, and prints them.
#include "tasks/contacts/result.h"

#include <algorithm>
#include <cmath>

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::string precision_name(const analysis::ContactPrecision& one) {
  return one.divisor == 1 ? "L" : fmt::format("L/{}", one.divisor);
}

std::string precision_table(const ContactResult& result) {
  std::string out = fmt::format("  {:<8} {:>10} {:>10} {:>22} {:>22} {:>22}\n", "range", "pairs", "contacts",
                                "precision at L", "at L/2", "at L/5");
  for (std::size_t at = 0; at + 2 < result.precision.size(); at += 3) {
    const analysis::ContactPrecision& first = result.precision[at];
    out += fmt::format("  {:<8} {:>10} {:>10}", first.range, first.considered, first.contacts);
    for (std::size_t i = at; i < at + 3; ++i) {
      const analysis::ContactPrecision& one = result.precision[i];
      out += fmt::format(" {:>22}",
                         one.pairs > 0 ? fmt::format("{:.3f} ({} of {})", one.value(), one.hits, one.pairs) : "-");
    }
    out += '\n';
  }
  return out;
}

// Distance and the author's numbers, "-" where a residue was not seen.
std::string in_structure(const ContactResult& result, const ContactPair& pair) {
  const float distance = result.truth->at(pair.i, pair.j);
  const auto number = [&](std::int32_t at) {
    const std::string& text = result.numbers[static_cast<std::size_t>(at)];
    return text.empty() ? std::string("-") : text;
  };
  return fmt::format("{:>12} {:>8} {:>8}", std::isnan(distance) ? "-" : fmt::format("{:.2f}", distance), number(pair.i),
                     number(pair.j));
}

}  // namespace

std::string letters(const bio::Tokenizer& tokenizer, const bio::Encoded& encoded) {
  std::string out;
  for (std::int64_t p = 1; p <= encoded.residues(); ++p) {
    const std::string& token = tokenizer.token(encoded.residue(p));
    out += token.size() == 1 ? token[0] : 'X';
  }
  return out;
}

ContactResult contact_result(std::string id, std::string sequence, std::vector<float> probabilities,
                             const bio::Chain* chain) {
  ContactResult out{std::move(id), std::move(sequence), std::move(probabilities), {}, {}};
  if (chain == nullptr) return out;
  const bio::Sites sites = bio::place(*chain, out.sequence);
  out.chain = chain->name;
  out.numbers = bio::labels(*chain, out.sequence);
  out.truth = analysis::distances(sites, sites);
  out.precision = analysis::contact_precision(out.probabilities, *out.truth, analysis::kContactDistance);
  return out;
}

std::vector<ContactPair> ranked_pairs(const ContactResult& result, std::size_t most) {
  std::vector<ContactPair> out;
  const auto n = static_cast<std::int32_t>(result.length());
  const auto nearest = static_cast<std::int32_t>(analysis::kShortestRange);
  for (std::int32_t i = 0; i < n; ++i)
    for (std::int32_t j = i + nearest; j < n; ++j) out.push_back({i, j, result.at(i, j)});
  const auto kept = out.begin() + static_cast<std::ptrdiff_t>(std::min(most, out.size()));
  std::partial_sort(out.begin(), kept, out.end(), [](const ContactPair& a, const ContactPair& b) {
    if (a.probability != b.probability) return a.probability > b.probability;
    return std::pair(a.i, a.j) < std::pair(b.i, b.j);
  });
  out.erase(kept, out.end());
  return out;
}

ordered_json to_json(const ContactResult& result, std::size_t top) {
  ordered_json out{{"id", result.id}, {"length", result.length()}};
  if (result.truth) out["chain"] = result.chain;
  out["contacts"] = ordered_json::array();
  for (const ContactPair& pair : ranked_pairs(result, top)) {
    const auto letter = [&](std::int64_t at) { return result.sequence.substr(static_cast<std::size_t>(at), 1); };
    out["contacts"].push_back({{"i", pair.i + 1},
                               {"j", pair.j + 1},
                               {"residues", letter(pair.i) + letter(pair.j)},
                               {"probability", pair.probability}});
    if (!result.truth) continue;
    const auto number = [&](std::int32_t at) {
      const std::string& text = result.numbers[static_cast<std::size_t>(at)];
      return text.empty() ? ordered_json() : ordered_json(text);
    };
    const float distance = result.truth->at(pair.i, pair.j);
    out["contacts"].back()["auth_i"] = number(pair.i);
    out["contacts"].back()["auth_j"] = number(pair.j);
    out["contacts"].back()["distance"] = std::isnan(distance) ? ordered_json() : ordered_json(distance);
  }
  for (const analysis::ContactPrecision& one : result.precision)
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
  std::string out = fmt::format("{} ({})\n", result.id, counted(result.length(), "residue"));
  if (result.truth) out += precision_table(result) + '\n';
  out += fmt::format("  {:>8} {:>8} {:>12}", "residue", "residue", "probability");
  out += result.truth ? fmt::format("{:>12}   numbers in chain {}\n", "distance/A", result.chain) : "\n";
  for (const ContactPair& pair : ranked_pairs(result, top)) {
    const auto name = [&](std::int64_t at) {
      return fmt::format("{}{}", result.sequence[static_cast<std::size_t>(at)], at + 1);
    };
    out += fmt::format("  {:>8} {:>8} {:>12.4f}", name(pair.i), name(pair.j), pair.probability);
    out += (result.truth ? in_structure(result, pair) : "") + "\n";
  }
  return out + '\n';
}

std::string to_rr(const ContactResult& result) {
  constexpr std::size_t kLine = 50;
  std::string out =
      fmt::format("PFRMAT RR\nTARGET {}\nAUTHOR GroEL\nMETHOD protein language model\nMODEL 1\n", result.id);
  if (result.truth) out += "REMARK numbers count the residues below, and are not those of the structure's author\n";
  for (std::size_t at = 0; at < result.sequence.size(); at += kLine) out += result.sequence.substr(at, kLine) + '\n';
  for (const ContactPair& pair : ranked_pairs(result, std::string::npos))
    out += fmt::format("{} {} 0 8 {:.6f}\n", pair.i + 1, pair.j + 1, pair.probability);
  return out + "END\n";
}

}  // namespace groel::tasks
