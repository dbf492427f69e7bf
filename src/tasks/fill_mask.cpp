// groel fill-mask: predicts the residues at masked positions.
#include <charconv>
#include <cmath>

#include "base/text_file.h"
#include "checkpoints/model_cache.h"
#include "tasks/fill_mask/masks.h"
#include "tasks/fill_mask/picture.h"
#include "tasks/fill_mask/positions.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/picture.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

constexpr int kBar = 30;

struct FillMaskOptions : SequenceOptions, ModelOptions, OutputOptions, MaskedScanOptions, ThreadOptions {
  std::vector<std::string> position;
  bool zero_based = false;
  bool all = false;
  std::int64_t top_k = 0;
  std::string vocabulary;
  double tolerant = 0;
  bool json = false;

  void declare(OptionBinder& to) {
    to(input, sequences_option());
    to(model, model_option());
    to(prompt, prompt_option());
    declare_records(to);
    to(position, {.name = "position",
                  .letter = 'p',
                  .help = "Residues to mask, together, counted from 1",
                  .value_name = "N,..."});
    to(zero_based,
       {.name = "zero-based", .help = "Positions count from 0, in what is given and shown", .group = kInput});
    to(all, {.name = "all", .help = "Mask every residue, each in a copy of its own"});
    to(top_k, {.name = "top-k",
               .letter = 'k',
               .help = "Predictions to show; 0: all",
               .otherwise = 5,
               .value_name = "K",
               .group = kOutput});
    to(vocabulary, {.name = "vocabulary",
                    .help = "Probabilities over the 20 residues (they sum to 1), or over all tokens of the model",
                    .otherwise = "residues",
                    .choices = {"residues", "all"},
                    .group = kOutput});
    to(tolerant, {.name = "tolerant",
                  .help = "With --all: list positions with at least as many effective residues (2 to the entropy)",
                  .otherwise = 8.0,
                  .value_name = "X",
                  .group = kOutput});
    to(output, table_option("Also write the probabilities (.csv, .tsv, .json), one position per row; -: CSV to stdout, "
                            "instead of text"));
    to(picture, picture_option("Picture of one record's probabilities, bars of a position or a map of several"));
    to(overwrite, overwrite_option());
    to(window, window_option(0));
    MaskedScanOptions::declare(to);
    to(dtype, dtype_option());
    to(threads, threads_option());
    to(json, json_option());
  }
};

// What is shown of the answers, and how.
struct MaskedView {
  const bio::Tokenizer& tokenizer;
  const Choices& choices;
  const std::vector<ReadRecord>& records;
  std::int64_t base;  // added to positions: 0, or -1 when they count from 0
  std::size_t top_k;  // 0: all
  double tolerant;    // effective residues
  bool one_by_one;

  const std::string& token(std::size_t choice) const { return tokenizer.token(choices.ids()[choice]); }
  const std::string& id(const FilledPosition& filled) const { return records[filled.record].id; }
  std::string residue(const FilledPosition& f) const { return f.residue ? tokenizer.token(*f.residue) : "<mask>"; }
  bool is_tolerant(const FilledPosition& f) const { return std::exp2(entropy(f.probabilities)) >= tolerant; }
  std::vector<std::size_t> top(const FilledPosition& filled) const {
    auto order = by_probability(filled.probabilities);
    if (top_k > 0 && order.size() > top_k) order.resize(top_k);
    return order;
  }
};

std::int64_t parse_position(const std::string& word) {
  constexpr std::int64_t kMost = 1'000'000'000;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size() || value < -kMost || value > kMost)
    throw Error(ErrorKind::usage, {fmt::format("'{}' is not a position", word), "--position", "e.g. 30 or 12,30"});
  return value;
}

MaskRequest mask_request(const FillMaskOptions& options) {
  MaskRequest request{{}, options.all, options.zero_based ? 0 : 1};
  for (const std::string& word : options.position)
    request.positions.push_back(parse_position(word) + 1 - request.first_position);
  if (request.one_by_one && !request.positions.empty())
    throw Error(ErrorKind::usage, {"--all masks every position already", "--position", "leave one of the two out"});
  return request;
}

ordered_json to_json(const FilledPosition& filled, const MaskedView& view) {
  ordered_json out{{"id", view.id(filled)}, {"position", filled.position + view.base}};
  out["residue"] = filled.residue ? ordered_json(view.residue(filled)) : ordered_json();
  out["rank"] = ordered_json();
  out["probability"] = ordered_json();
  if (filled.truth) {
    const auto truth = static_cast<std::size_t>(*filled.truth);
    out["rank"] = rank_of(filled.probabilities, truth);
    out["probability"] = filled.probabilities[truth];
  }
  out["entropy"] = entropy(filled.probabilities);
  out["predictions"] = ordered_json::array();
  for (const std::size_t choice : view.top(filled))
    out["predictions"].push_back({{"token", view.token(choice)}, {"probability", filled.probabilities[choice]}});
  return out;
}

ordered_json to_json(const std::vector<FilledPosition>& all, const MaskedView& view) {
  ordered_json out{{"positions", ordered_json::array()}};
  for (const FilledPosition& filled : all) out["positions"].push_back(to_json(filled, view));
  if (view.one_by_one) {
    out["tolerant"] = ordered_json::array();
    for (const FilledPosition& filled : all)
      if (view.is_tolerant(filled))
        out["tolerant"].push_back({{"id", view.id(filled)}, {"position", filled.position + view.base}});
  }
  for (const ReadRecord& record : view.records)
    if (record.error) out["errors"].push_back(error_json(record.id, *record.error));
  return out;
}

std::string truth_text(const FilledPosition& filled, const MaskedView& view) {
  if (!filled.residue) return {};
  if (!filled.truth) return fmt::format(" (the sequence has {})", view.residue(filled));
  const auto truth = static_cast<std::size_t>(*filled.truth);
  return fmt::format(" (the sequence has {}: rank {}, probability {:.4f})", view.residue(filled),
                     rank_of(filled.probabilities, truth), filled.probabilities[truth]);
}

void print_position(const FilledPosition& filled, const MaskedView& view, std::ostream& out) {
  out << fmt::format("{}, position {}{}\n", view.id(filled), filled.position + view.base, truth_text(filled, view));
  for (const std::size_t choice : view.top(filled)) {
    const double p = filled.probabilities[choice];
    const bool is_true = filled.truth && static_cast<std::size_t>(*filled.truth) == choice;
    out << fmt::format("  {:<8}{:>8.4f}  |{}|{}\n", view.token(choice), p, bar(p, kBar), is_true ? " *" : "");
  }
  out << '\n';
}

// One line per position: the true residue's chances, the entropy as a bar, and the best guesses.
void print_link(const FilledPosition& filled, const MaskedView& view, std::ostream& out) {
  const double bits = entropy(filled.probabilities);
  const double most = std::log2(static_cast<double>(view.choices.ids().size()));
  std::string guesses;
  for (const std::size_t choice : view.top(filled))
    guesses +=
        fmt::format("{}{} {:.2f}", guesses.empty() ? "" : "  ", view.token(choice), filled.probabilities[choice]);
  const auto truth = static_cast<std::size_t>(filled.truth.value_or(0));
  out << fmt::format("{:>8} {:<6} {:>7} {:>5} {:>8.3f}  |{}| {}\n", filled.position + view.base, view.residue(filled),
                     filled.truth ? fmt::format("{:.4f}", filled.probabilities[truth]) : "",
                     filled.truth ? fmt::format("{}", rank_of(filled.probabilities, truth)) : "", bits,
                     bar(bits / most, 20), guesses);
}

// All positions of one record.
void print_chain(std::span<const FilledPosition> chain, const MaskedView& view, std::ostream& out) {
  out << fmt::format("{}\n{:>8} {:<6} {:>7} {:>5} {:>8}  {:<22} guesses\n", view.id(chain.front()), "position", "true",
                     "p", "rank", "entropy", "");
  std::string tolerant;
  for (const FilledPosition& filled : chain) {
    print_link(filled, view, out);
    if (view.is_tolerant(filled)) tolerant += fmt::format(" {}{}", view.residue(filled), filled.position + view.base);
  }
  out << fmt::format("\ntolerant positions (at least {} effective residues):{}\n\n", view.tolerant,
                     tolerant.empty() ? " none" : tolerant);
}

void print_chains(std::span<const FilledPosition> all, const MaskedView& view, std::ostream& out) {
  while (!all.empty()) {
    std::size_t count = 1;
    while (count < all.size() && all[count].record == all.front().record) ++count;
    print_chain(all.first(count), view, out);
    all = all.subspan(count);
  }
}

std::string to_csv(const std::vector<FilledPosition>& all, const MaskedView& view) {
  std::string out;
  std::vector<std::string> row{"id", "position", "residue", "entropy"};
  for (std::size_t c = 0; c < view.choices.ids().size(); ++c) row.push_back(view.token(c));
  append_row(out, row);
  for (const FilledPosition& filled : all) {
    row = {view.id(filled), fmt::format("{}", filled.position + view.base), view.residue(filled),
           number_text(entropy(filled.probabilities))};
    for (const double p : filled.probabilities) row.push_back(number_text(p));
    append_row(out, row);
  }
  return out;
}

// Of one record: several would need several pictures.
void check_drawable(const std::vector<MaskJob>& jobs, const std::vector<ReadRecord>& records,
                    const FillMaskOptions& options) {
  if (!options.picture) return;
  if (jobs.empty()) throw Error(ErrorKind::bad_input, {"no position to show", *options.picture, {}});
  if (jobs.size() > 1)
    throw Error(ErrorKind::usage,
                {"a picture shows one record, and the input has several", "--picture",
                 fmt::format("for example --record {}", shell_quoted(records[jobs.front().record].id))});
}

void draw(const std::vector<FilledPosition>& all, const MaskedView& view, const FillMaskOptions& options, Sink& sink) {
  if (!options.picture || all.empty()) return;  // none: its record failed, which has been said
  MaskPicture picture{view.id(all.front()), checkpoints::model_label(options.model.value), {}, {}, view.base,
                      view.one_by_one};
  for (std::size_t choice = 0; choice < view.choices.ids().size(); ++choice)
    picture.tokens.push_back(view.token(choice));
  for (const FilledPosition& filled : all) picture.residues.push_back(view.residue(filled));
  save_picture(mask_figure(all, picture), options, sink);
}

void show(const std::vector<FilledPosition>& all, const MaskedView& view, const FillMaskOptions& options,
          std::ostream& out) {
  if (options.to_file()) write_table(options, {[&] { return to_csv(all, view); }, [&] { return to_json(all, view); }});
  if (options.json)
    out << to_json(all, view).dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else if (options.output && !options.to_file())
    out << to_csv(all, view);
  else if (view.one_by_one)
    print_chains(all, view, out);
  else
    for (const FilledPosition& filled : all) print_position(filled, view, out);
}

void tell(const MaskSpellings& seen, Sink& sink) {
  if (seen.other > 0) sink.note(fmt::format("{} ([MASK], _ or ?) read as <mask>", counted(seen.other, "sign")));
  if (seen.lower_case > 0)
    sink.note(fmt::format("{} read as upper case", counted(seen.lower_case, "lower-case letter")));
}

int run(const FillMaskOptions& options, Context& context) {
  check_table_output(options);
  check_picture(options);
  if (options.top_k < 0) throw Error(ErrorKind::usage, {"a number from 0 on", "--top-k", "0 shows all"});
  const MaskRequest request = mask_request(options);
  const checkpoints::LoadedModel loaded = load_reader(options, context.sink);
  const bio::Tokenizer& tokenizer = loaded.model->tokenizer();
  const engine::MaskedScan scan(*loaded.model, options.scan_options());
  const Choices choices(tokenizer, options.vocabulary == "all" ? Choices::Scope::vocabulary : Choices::Scope::residues);
  MaskSpellings seen;
  std::vector<ReadRecord> records =
      read_records(options, tokenizer, context.sink, [&](const std::string& text) { return with_masks(text, seen); });
  tell(seen, context.sink);
  const std::vector<MaskJob> jobs = mask_jobs(scan, tokenizer, records, request);
  check_drawable(jobs, records, options);
  const auto filled = fill_masks({scan, tokenizer, choices, records}, jobs, request, context.sink);
  Failures failures(context.sink);
  for (const ReadRecord& record : records)
    if (record.error) failures.add(record.id, *record.error);
  const MaskedView view{
      tokenizer,        choices,           records, request.first_position - 1, static_cast<std::size_t>(options.top_k),
      options.tolerant, request.one_by_one};
  show(filled, view, options, context.out);
  draw(filled, view, options, context.sink);
  return failures.exit_status();
}

}  // namespace

Task fill_mask_task() {
  return {.name = "fill-mask",
          .summary = "Show what a model puts in the place of masked residues",
          .description =
              "Masks are written <mask> in a sequence ([MASK], _ and ? are read as that), or set at --position in the "
              "records of a file; several in one "
              "sequence are masked together. --all masks every residue in a copy of its own and shows how the model "
              "sees the chain: the true residue's probability and rank, the entropy in bits, tolerant positions.",
          .examples = {{"groel fill-mask \"MALWMRLLPLLALLALWGPDPAAAFVNQH<mask>CGSHLVEALYLVCGERGFFYTPKT\"",
                        "a mask in a sequence"},
                       {"groel fill-mask examples/proteins.fasta --record P01308 --position 30 "
                        "--json --top-k 0 --vocabulary all",
                        "insulin's residue 30, every token, as JSON"},
                       {"groel fill-mask examples/proteins.fasta --record P01542 --all -o "
                        "crambin.csv",
                        "every residue of crambin, and the matrix of probabilities as CSV"},
                       {"groel fill-mask examples/proteins.fasta --record P01542 --all --picture "
                        "crambin.png",
                        "the same as a picture, one column per residue"}},
          .options = option_table<FillMaskOptions>(),
          .run = entry<FillMaskOptions, run>,
          .shared = always_shared};
}

}  // namespace groel::tasks
