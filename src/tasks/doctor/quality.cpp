// Runs a model in each form on a few proteins, and compares.
#include "tasks/doctor/quality.h"

#include <algorithm>
#include <cmath>

#include "base/words.h"
#include "bio/residues.h"
#include "engine/log_softmax.h"
#include "ops/pool.h"
#include "statistics/regression.h"
#include "tasks/reading/model.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct Form {
  const char *name, *dtype, *weights;
};
constexpr Form kForms[] = {{"f32", "f32", "exact"},
                           {"f32x3", "f32x3", "exact"},
                           {"bf16", "bf16", "exact"},
                           {"int8 weights", "f32", "int8"},
                           {"int8", "int8", "exact"}};
constexpr std::size_t kEvery = 7;  // residues, of which one is masked

// What a form makes of one protein.
struct Passes {
  std::vector<float> mean, logits;      // [D]; [L, V]
  std::vector<double> scan;             // of every other residue at every position
  std::vector<std::int32_t> likeliest;  // [L]
  double log_likelihood = 0;            // of the masked residues
  std::int64_t masked = 0;
};

Tensor hidden_of(const models::Model& model, const std::vector<std::int32_t>& ids, models::Batch& batch) {
  batch = models::Batch::pack(std::span(&ids, 1), model.tokenizer());
  return models::require<models::Encoder>(model).encode(batch, {});
}

// Rows of the residues of logits [T, V].
std::vector<std::vector<double>> rows_of(const Tensor& logits, const bio::Encoded& of) {
  std::vector<std::vector<double>> out;
  const auto values = logits.values<float>();
  const auto width = static_cast<std::size_t>(logits.size(1));
  for (std::int64_t i = 0; i < of.residues(); ++i) {
    std::vector<double> row(width);
    engine::log_softmax(values.subspan(static_cast<std::size_t>(of.map[i].begin) * width, width), row);
    out.push_back(std::move(row));
  }
  return out;
}

Passes run(const models::Model& model, const bio::Encoded& protein) {
  const bio::Tokenizer& tokenizer = model.tokenizer();
  const auto& head = models::require_language_model(model);
  Passes out;
  models::Batch batch;
  const Tensor hidden = hidden_of(model, protein.ids, batch);
  const Tensor mean = ops::segment_mean(hidden, batch.residues), logits = head.logits(hidden);
  const auto vector = mean.values<float>();
  out.mean.assign(vector.begin(), vector.end());
  const auto rows = rows_of(logits, protein);
  std::vector<std::int32_t> letters;
  for (const char letter : bio::kResidues) letters.push_back(tokenizer.id(std::string(1, letter)));
  for (std::int64_t i = 0; i < protein.residues(); ++i) {
    const std::vector<double>& row = rows[static_cast<std::size_t>(i)];
    const std::int32_t truth = protein.residue(i + 1);
    std::int32_t best = letters.front();
    for (const std::int32_t letter : letters) {
      if (row[static_cast<std::size_t>(letter)] > row[static_cast<std::size_t>(best)]) best = letter;
      if (letter != truth)
        out.scan.push_back(row[static_cast<std::size_t>(letter)] - row[static_cast<std::size_t>(truth)]);
      out.logits.push_back(static_cast<float>(row[static_cast<std::size_t>(letter)]));
    }
    out.likeliest.push_back(best);
  }
  bio::Encoded masked = protein;
  for (std::int64_t i = 3; i < protein.residues(); i += kEvery)
    masked.ids[static_cast<std::size_t>(protein.map[i].begin)] = tokenizer.mask();
  const auto hidden_rows = rows_of(head.logits(hidden_of(model, masked.ids, batch)), protein);
  for (std::int64_t i = 3; i < protein.residues(); i += kEvery, ++out.masked)
    out.log_likelihood += hidden_rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(protein.residue(i + 1))];
  return out;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0, of_a = 0, of_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    of_a += static_cast<double>(a[i]) * a[i];
    of_b += static_cast<double>(b[i]) * b[i];
  }
  return product / std::sqrt(of_a * of_b);
}

double perplexity(const std::vector<Passes>& all) {
  double sum = 0;
  std::int64_t count = 0;
  for (const Passes& one : all) sum += one.log_likelihood, count += one.masked;
  return std::exp(-sum / static_cast<double>(count));
}

ordered_json compared(const std::vector<Passes>& form, const std::vector<Passes>& exact) {
  double least_cosine = 1, least_spearman = 1, apart = 0, size = 0;
  std::int64_t same = 0, residues = 0;
  for (std::size_t i = 0; i < form.size(); ++i) {
    least_cosine = std::min(least_cosine, cosine(form[i].mean, exact[i].mean));
    least_spearman = std::min(least_spearman, statistics::spearman(form[i].scan, exact[i].scan).value);
    for (std::size_t r = 0; r < form[i].likeliest.size(); ++r, ++residues)
      same += form[i].likeliest[r] == exact[i].likeliest[r] ? 1 : 0;
    for (std::size_t k = 0; k < form[i].logits.size(); ++k) {
      apart += std::pow(static_cast<double>(form[i].logits[k]) - exact[i].logits[k], 2);
      size += std::pow(static_cast<double>(exact[i].logits[k]), 2);
    }
  }
  const double of_form = perplexity(form), of_exact = perplexity(exact);
  return {{"perplexity", of_form},
          {"perplexity_change", of_form / of_exact - 1},
          {"agreement", static_cast<double>(same) / static_cast<double>(residues)},
          {"cosine", least_cosine},
          {"spearman", least_spearman},
          {"logits_error", std::sqrt(apart / size)}};
}

}  // namespace

ordered_json quality_of(const std::string& model, const std::vector<std::string>& proteins, Sink& sink) {
  std::vector<Passes> exact;
  ordered_json out{{"model", model}, {"proteins", proteins.size()}, {"residues", 0}, {"forms", ordered_json::array()}};
  for (const Form& form : kForms) {
    const checkpoints::LoadedModel loaded = load_named(model, form.dtype, sink, form.weights);
    models::require<models::MaskedLm>(*loaded.model);
    models::require_residue_tokens(*loaded.model, "the comparison of forms");
    std::vector<Passes> all;
    std::int64_t residues = 0;
    for (const std::string& protein : proteins) {
      const bio::Encoded encoded = loaded.model->tokenizer().encode(protein);
      residues += encoded.residues();
      all.push_back(run(*loaded.model, encoded));
    }
    if (exact.empty()) exact = all;
    ordered_json row{{"form", form.name}};
    row.update(compared(all, exact));
    out["residues"] = residues;
    out["forms"].push_back(std::move(row));
  }
  return out;
}

std::string quality_table(const ordered_json& found) {
  std::string out =
      fmt::format("{} on {} of {}\n\n{:<14}{:>11}{:>9}{:>11}{:>10}{:>10}{:>15}\n", found["model"].get<std::string>(),
                  counted(found["proteins"].get<std::int64_t>(), "protein"),
                  counted(found["residues"].get<std::int64_t>(), "residue"), "form", "perplexity", "change",
                  "agreement", "cosine", "Spearman", "logits' error");
  for (const ordered_json& row : found["forms"])
    out += fmt::format("{:<14}{:>11.4f}{:>8.3f}%{:>10.3f}%{:>10.6f}{:>10.5f}{:>15.1e}\n",
                       row["form"].get<std::string>(), row["perplexity"].get<double>(),
                       100 * row["perplexity_change"].get<double>(), 100 * row["agreement"].get<double>(),
                       row["cosine"].get<double>(), row["spearman"].get<double>(), row["logits_error"].get<double>());
  return out;
}

}  // namespace groel::tasks
