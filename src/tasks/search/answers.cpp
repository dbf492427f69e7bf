// Writes the answers of `groel search query`.
#include "tasks/search/answers.h"

#include <fmt/format.h>

#include "tasks/reading/csv_text.h"
#include "tasks/reading/flags.h"
#include "tasks/reading/input.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::string joined_labels(const Annotations& annotations, std::string_view id) {
  return fmt::format("{}", fmt::join(annotations.of(id), "; "));
}

std::string error_text(const Answer& answer) { return answer.error ? with_flags(*answer.error).what() : std::string(); }

std::string hits_csv(const std::vector<Answer>& answers) {
  std::string out = "query,rank,id,similarity,error\n";
  for (const Answer& answer : answers) {
    if (answer.error) append_row(out, std::vector<std::string>{answer.id, "", "", "", error_text(answer)});
    for (std::size_t i = 0; i < answer.hits.size(); ++i)
      append_row(out, std::vector<std::string>{answer.id, std::to_string(i + 1), std::string(answer.hits[i].id),
                                               number_text(answer.hits[i].similarity), ""});
  }
  return out;
}

std::string labels_csv(const std::vector<Answer>& answers) {
  std::string out = "query,label,score,neighbours,of,nearest,similarity,error\n";
  for (const Answer& answer : answers) {
    const std::string of = std::to_string(answer.hits.size());
    const bool found = !answer.hits.empty();
    const std::string nearest = found ? std::string(answer.hits[0].id) : "";
    const std::string similarity = found ? number_text(answer.hits[0].similarity) : "";
    for (const LabelScore& one : answer.labels)
      append_row(out, std::vector<std::string>{answer.id, one.label, number_text(one.score),
                                               std::to_string(one.neighbours), of, nearest, similarity, ""});
    if (answer.labels.empty())
      append_row(out, std::vector<std::string>{answer.id, "", "", "0", of, nearest, similarity, error_text(answer)});
  }
  return out;
}

}  // namespace

std::string answers_text(const std::vector<Answer>& answers, const Annotations* annotations) {
  std::string out;
  for (const Answer& answer : answers) {
    out += fmt::format("{}{}\n", out.empty() ? "" : "\n", answer.id);
    if (answer.error) {
      out += fmt::format("  failed: {}\n", error_text(answer));
      continue;
    }
    for (const LabelScore& one : answer.labels)
      out += fmt::format("  label {:.3f}  {} ({} of {})\n", one.score, one.label, one.neighbours, answer.hits.size());
    if (annotations != nullptr && answer.labels.empty()) out += "  label: none of the proteins found has one\n";
    for (std::size_t i = 0; i < answer.hits.size(); ++i)
      out += fmt::format("  {:4}  {:.4f}  {}{}{}\n", i + 1, answer.hits[i].similarity, answer.hits[i].id,
                         annotations == nullptr ? "" : "  ",
                         annotations == nullptr ? "" : joined_labels(*annotations, answer.hits[i].id));
  }
  return out;
}

std::string answers_csv(const std::vector<Answer>& answers, const Annotations* annotations) {
  return annotations == nullptr ? hits_csv(answers) : labels_csv(answers);
}

ordered_json answers_json(const std::vector<Answer>& answers, const Annotations* annotations) {
  ordered_json out = ordered_json::array();
  for (const Answer& answer : answers) {
    if (answer.error) {
      out.push_back(error_json(answer.id, *answer.error));
      continue;
    }
    ordered_json& one = out.emplace_back(ordered_json{{"id", answer.id}, {"hits", ordered_json::array()}});
    for (const Hit& hit : answer.hits) {
      ordered_json& found = one["hits"].emplace_back(ordered_json{{"id", hit.id}, {"similarity", hit.similarity}});
      if (annotations == nullptr) continue;
      found["labels"] = ordered_json::array();
      for (const std::string& label : annotations->of(hit.id)) found["labels"].push_back(label);
    }
    if (annotations == nullptr) continue;
    one["labels"] = ordered_json::array();
    for (const LabelScore& label : answer.labels)
      one["labels"].push_back({{"label", label.label}, {"score", label.score}, {"neighbours", label.neighbours}});
  }
  return out;
}

}  // namespace groel::tasks
