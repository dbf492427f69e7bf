// annotate: the function track filled in, and its tokens as keywords and InterPro entries.
#include <algorithm>
#include <cmath>
#include <fstream>

#include "tasks/esm3/verbs.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

// As upstream: labels that hold on each residue, joined over gaps, of some length.
constexpr double kInterproFrom = 0.1, kKeywordFrom = 0.5;
constexpr std::int64_t kLargestGap = 3, kShortest = 5;

struct Run {
  std::int64_t label, start, end;  // residues from 1
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Runs of residues on which a label holds; rows of `logits` are the residues of `rows`, from 1.
std::vector<Run> runs_of(const Tensor& logits, std::span<const std::int64_t> rows, double from) {
  std::vector<Run> out;
  const auto values = logits.values<float>();
  const std::int64_t labels = logits.size(1);
  for (std::int64_t label = 0; label < labels; ++label) {
    std::vector<Run> own;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (sigmoid(values[r * static_cast<std::size_t>(labels) + static_cast<std::size_t>(label)]) < from) continue;
      if (!own.empty() && rows[r] - own.back().end - 1 <= kLargestGap)
        own.back().end = rows[r];
      else
        own.push_back({label, rows[r], rows[r]});
    }
    for (const Run& run : own)
      if (run.end - run.start + 1 >= kShortest) out.push_back(run);
  }
  return out;
}

// One name per line, in the order of the labels; none: numbers stand for them.
std::vector<std::string> names_of(const std::optional<std::string>& path, bool entries) {
  std::vector<std::string> out;
  if (!path) return out;
  std::ifstream in(*path);
  if (!in) throw Error(ErrorKind::not_found, {"there is no such file", *path, {}});
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (entries) line = line.substr(0, line.find('\t'));
    if (!line.empty() && !(entries && line == "ENTRY_AC")) out.push_back(line);
  }
  if (entries) std::sort(out.begin(), out.end());  // labels are the sorted entries
  return out;
}

ordered_json annotations_of(const std::vector<Run>& runs, const std::vector<std::string>& names, const char* kind) {
  ordered_json out = ordered_json::array();
  for (const Run& run : runs) {
    const auto label = static_cast<std::size_t>(run.label);
    out.push_back({{"label", label < names.size() ? names[label] : fmt::format("{} {}", kind, run.label)},
                   {"start", run.start},
                   {"end", run.end}});
  }
  return out;
}

}  // namespace

int annotate_prompts(const Esm3Call& call) {
  const Esm3Options& options = call.options;
  const GenerationConfig config = options.generation(call.model.tokenizer());
  const std::vector<std::string> keywords = names_of(options.keywords, false);
  const std::vector<std::string> entries = names_of(options.interpro, true);
  const esm3::FunctionDecoder& decoder = call.model.function_decoder();
  std::vector<ordered_json> records;
  const int status = for_each_prompt(call, [&](const esm3::Prompt& prompt) {
    refuse_raw_fields(prompt);
    const ESMProteinTensor tokens = tokens_of_prompt(call.model, prompt);
    const auto made = esm3::batch_generate(call.model, std::span(&tokens, 1), std::span(&config, 1));
    if (const auto* error = std::get_if<ESMProteinError>(&made[0])) throw Error(ErrorKind::bad_input, error->error_msg);
    const std::vector<std::int32_t>& function = *std::get<ESMProteinTensor>(made[0]).function;
    // Residues that have a function at all.
    std::vector<std::int32_t> rows;
    std::vector<std::int64_t> residues;
    constexpr auto kDepth = static_cast<std::size_t>(models::kFunctionDepth);
    for (std::size_t t = 1; t + 1 < function.size() / kDepth; ++t) {
      const auto row = std::span(function).subspan(t * kDepth, kDepth);
      if (std::any_of(row.begin(), row.end(), [](std::int32_t id) { return id < 4; })) continue;
      rows.insert(rows.end(), row.begin(), row.end());
      residues.push_back(static_cast<std::int64_t>(t));
    }
    ordered_json record{{"id", prompt.id}, {"keywords", ordered_json::array()}, {"interpro", ordered_json::array()}};
    if (!residues.empty()) {
      const esm3::FunctionLogits logits = decoder.decode(
          Tensor::of<std::int32_t>({static_cast<std::int64_t>(residues.size()), models::kFunctionDepth}, rows));
      record["keywords"] = annotations_of(runs_of(logits.keywords, residues, kKeywordFrom), keywords, "keyword");
      record["interpro"] = annotations_of(runs_of(logits.interpro, residues, kInterproFrom), entries, "entry");
    }
    records.push_back(std::move(record));
  });
  write_records(records, options, call.context);
  return status;
}

}  // namespace groel::tasks
