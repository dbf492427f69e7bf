// Reads truth and predictions, and writes what is measured.
#include "tasks/evaluate/terms.h"

#include <algorithm>
#include <cmath>

#include "base/json_numbers.h"
#include "statistics/bootstrap.h"
#include "tasks/evaluate/table.h"
#include "tasks/evaluate/term_judge.h"
#include "tasks/reading/csv_text.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

void add_fmax(ordered_json& out, const std::string& name, const statistics::Fmax& best) {
  out[name] = best.f;
  out[name + "_threshold"] = best.threshold;
  out[name + "_precision"] = best.precision;
  out[name + "_recall"] = best.recall;
  out[name + "_coverage"] = best.coverage;
}

void add_smin(ordered_json& out, const std::string& name, const statistics::Smin& best) {
  out[name] = best.s;
  out[name + "_threshold"] = best.threshold;
  out[name + "_remaining_uncertainty"] = best.remaining_uncertainty;
  out[name + "_misinformation"] = best.misinformation;
}

// Means over the terms of an aspect, of those where it is defined.
void add_means(ordered_json& out, const JudgedTerms& judged, const LoadedOntology& loaded, const std::string& space) {
  double areas = 0, precisions = 0;
  std::int64_t with_area = 0, all = 0;
  for (const TermScores& one : judged.terms) {
    if (loaded.terms[one.term].space != space) continue;
    ++all;
    precisions += one.measures.average_precision;
    if (std::isnan(one.measures.roc_auc)) continue;
    ++with_area;
    areas += one.measures.roc_auc;
  }
  out["roc_auc_macro_defined"] =
      with_area > 0 ? number_or_null(areas / static_cast<double>(with_area)) : ordered_json();
  out["average_precision_macro"] = all > 0 ? number_or_null(precisions / static_cast<double>(all)) : ordered_json();
}

// The measures of proteins that are drawn again.
std::map<std::string, double> resampled(const std::vector<ProteinTerms>& each, std::span<const std::size_t> drawn) {
  statistics::CafaSums plain, weighted;
  std::vector<statistics::PredictedTerm> alike;
  for (const std::size_t protein : drawn) {
    const ProteinTerms& one = each[protein];
    alike = one.predicted;
    for (statistics::PredictedTerm& term : alike) term.weight = 1;
    plain.add(one.count, alike);
    weighted.add(one.information, one.predicted);
  }
  return {{"fmax", plain.fmax().f},
          {"fmax_weighted", weighted.fmax().f},
          {"fmax_micro", plain.fmax_micro().f},
          {"smin", plain.smin().s},
          {"smin_weighted", weighted.smin().s}};
}

ordered_json intervals_json(const AspectScores& aspect, const statistics::BootstrapOptions& how) {
  const auto found = statistics::bootstrap(
      aspect.each.size(), how, [&](std::span<const std::size_t> drawn) { return resampled(aspect.each, drawn); });
  ordered_json out{{"level", how.level}, {"resamples", how.draws}, {"seed", how.seed}};
  for (const auto& [name, interval] : found) out["scores"][name] = {interval.low, interval.high};
  return out;
}

ordered_json aspect_json(const AspectScores& aspect, const JudgedTerms& judged, const LoadedOntology& loaded) {
  ordered_json out{{"aspect", ontology::aspect_of(aspect.space)},
                   {"proteins", aspect.proteins},
                   {"predicted_proteins", aspect.predicted},
                   {"coverage", static_cast<double>(aspect.predicted) / static_cast<double>(aspect.proteins)},
                   {"terms", aspect.terms}};
  add_fmax(out, "fmax", aspect.plain.fmax());
  add_fmax(out, "fmax_weighted", aspect.weighted.fmax());
  add_fmax(out, "fmax_micro", aspect.plain.fmax_micro());
  add_smin(out, "smin", aspect.plain.smin());
  add_smin(out, "smin_weighted", aspect.weighted.smin());
  add_means(out, judged, loaded, aspect.space);
  return out;
}

ordered_json term_json(const TermScores& one, const TermJudgement& input) {
  const ontology::Term& term = input.loaded.terms[one.term];
  const statistics::TermMeasures& m = one.measures;
  return {{"term", term.id},
          {"name", term.name},
          {"aspect", ontology::aspect_of(term.space)},
          {"information", input.information[one.term]},
          {"proteins", one.proteins},
          {"predicted", one.predicted},
          {"roc_auc", number_or_null(m.roc_auc)},
          {"average_precision", number_or_null(m.average_precision)},
          {"fmax", m.f},
          {"fmax_threshold", m.f_threshold},
          {"s", m.s},
          {"s_weighted", m.s * input.information[one.term]},
          {"s_threshold", m.s_threshold}};
}

// The best predicted first.
ordered_json terms_json(const JudgedTerms& judged, const TermJudgement& input, std::int64_t min_count) {
  std::vector<TermScores> sorted;
  for (const TermScores& one : judged.terms)
    if (one.proteins >= min_count) sorted.push_back(one);
  std::stable_sort(sorted.begin(), sorted.end(), [](const TermScores& a, const TermScores& b) {
    return a.measures.average_precision > b.measures.average_precision;
  });
  ordered_json out = ordered_json::array();
  for (const TermScores& one : sorted) out.push_back(term_json(one, input));
  return out;
}

void print_terms(const ordered_json& all, std::ostream& out) {
  for (const ordered_json& aspect : all["aspects"]) {
    const ordered_json intervals = aspect.contains("intervals") ? aspect["intervals"]["scores"] : ordered_json();
    for (const auto& [name, value] : aspect.items()) {
      if (value.is_structured()) continue;
      out << fmt::format("{:<36} {}", name, printed_cell(value));
      if (intervals.contains(name))
        out << fmt::format("  [{}, {}]", printed_cell(intervals[name][0]), printed_cell(intervals[name][1]));
      out << '\n';
    }
    out << '\n';
  }
  constexpr std::size_t kShown = 20;
  const ordered_json& terms = all["per_term"];
  out << fmt::format("{:<12} {:>8} {:>9} {:>8} {:>8} {:>8} {:>8}  {}\n", "term", "proteins", "predicted", "roc_auc",
                     "avg_prec", "fmax", "s", "name");
  for (std::size_t i = 0; i < std::min(kShown, terms.size()); ++i) {
    const ordered_json& one = terms[i];
    out << fmt::format("{:<12} {:>8} {:>9} {:>8} {:>8} {:>8} {:>8}  {}\n", printed_cell(one["term"]),
                       printed_cell(one["proteins"]), printed_cell(one["predicted"]), printed_cell(one["roc_auc"]),
                       printed_cell(one["average_precision"]), printed_cell(one["fmax"]), printed_cell(one["s"]),
                       printed_cell(one["name"]));
  }
  if (terms.size() > kShown)
    out << fmt::format("and {} more: --output FILE or --json has all\n", terms.size() - kShown);
}

std::string csv_of(const ordered_json& rows) {
  std::string out;
  std::vector<std::string> fields;
  for (const ordered_json& row : rows) {
    if (out.empty()) {
      for (const auto& [name, value] : row.items()) fields.push_back(name);
      append_row(out, fields);
    }
    fields.clear();
    for (const auto& [name, value] : row.items())
      fields.push_back(value.is_null()           ? ""
                       : value.is_string()       ? value.get<std::string>()
                       : value.is_number_float() ? number_text(value.get<double>())
                                                 : value.dump());
    append_row(out, fields);
  }
  return out;
}

void check(const EvaluateOptions& options) {
  if (options.objective.size() < 2)
    throw Error(ErrorKind::usage, {"name the predictions", {}, "groel evaluate terms PREDICTIONS --truth TERMS …"});
  if (options.terms.truth.empty())
    throw Error(ErrorKind::usage, {"FILES is missing", "--truth", "the true terms: protein and term, one a line"});
  check_table_output(options.terms);
}

void tell_elsewhere(const ScoredTerms& predicted, Sink& sink) {
  if (predicted.elsewhere == 0) return;
  sink.note(fmt::format("{} of proteins without a true term left out", counted(predicted.elsewhere, "prediction")));
}

}  // namespace

int evaluate_terms(const EvaluateOptions& options, Context& context) {
  check(options);
  const TermOptions& own = options.terms;
  Sink& sink = context.sink;
  const auto loaded = load_ontology(own.ontology, sink);
  TermResolver truth_terms(loaded->terms, own.ontology.aspect), predicted_terms(loaded->terms, own.ontology.aspect);
  const ScoredTerms truth = read_scored_terms({.paths = own.truth}, truth_terms, sink);
  truth_terms.tell("the truth", sink);
  const std::vector<std::string> files(options.objective.begin() + 1, options.objective.end());
  const ScoredTerms predicted =
      read_scored_terms({.paths = files, .scores = ListReading::Scores::required}, predicted_terms, sink, &truth.ids);
  tell_elsewhere(predicted, sink);
  predicted_terms.tell("the predictions", sink);
  const statistics::BootstrapOptions how{options.table.bootstrap, static_cast<std::uint64_t>(options.seed), 0.95};
  TermJudgement input{*loaded, truth, predicted, {}, own.with_root ? Roots::counted : Roots::left_out, how.draws > 0};
  input.information =
      own.information ? read_information(*own.information, *loaded, sink) : information_by(*loaded, truth);
  if (!own.information)
    sink.note("information content is that of the true terms; --information takes that of the training data");
  const JudgedTerms judged = judge_terms(input);
  ordered_json out{{"rows", predicted.rows}, {"aspects", ordered_json::array()}};
  for (const AspectScores& aspect : judged.aspects) {
    out["aspects"].push_back(aspect_json(aspect, judged, *loaded));
    if (how.draws > 0) out["aspects"].back()["intervals"] = intervals_json(aspect, how);
  }
  out["per_term"] = terms_json(judged, input, own.min_count);
  if (own.output && own.to_file())
    write_table(own, {[&] { return csv_of(out["per_term"]); }, [&] { return out["per_term"]; }});
  if (options.json)
    context.out << out.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else
    print_terms(out, context.out);
  return 0;
}

}  // namespace groel::tasks
