// groel generate: new proteins, written by a causal language model.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <map>
#include <set>

#include "base/sha256.h"
#include "base/words.h"
#include "bio/residues.h"
#include "formats/extension.h"
#include "report/picture.h"
#include "tasks/generate/judgement.h"
#include "tasks/generate/proteins.h"
#include "tasks/generate/settings.h"
#include "tasks/reading/kept_rows.h"
#include "tasks/reading/model.h"
#include "tasks/reading/written_out.h"

namespace groel::tasks {
namespace {

using generation::Written;
using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

enum class Form { fasta, json_lines, json };

Form form_of(const GenerateOptions& o) {
  if (o.json && !o.output && o.format.empty()) return Form::json;
  if (!o.format.empty()) return o.format == "jsonl" ? Form::json_lines : Form::fasta;
  if (!o.output || *o.output == "-") return Form::fasta;
  static const std::string known[] = {".fasta", ".fa", ".jsonl"};
  formats::check_extension(*o.output, known);
  return formats::format_extension(*o.output) == ".jsonl" ? Form::json_lines : Form::fasta;
}

void check(const GenerateOptions& o) {
  if (o.number < 1) throw Error(ErrorKind::usage, {"it is a number of proteins", "--number", "1 or more"});
  if (o.batch < 0) throw Error(ErrorKind::usage, {"it is a number of proteins", "--batch", "0 (by memory) or more"});
  if (o.tries != 0 && o.tries < o.number)
    throw Error(ErrorKind::usage, {"it is below --number", "--tries", "as many at least"});
  if (o.json && (o.output || !o.format.empty()))
    throw Error(ErrorKind::usage, {"it prints the proteins, which --output and --format write in another form",
                                   "--json", "leave it away, or both of them"});
  if (o.best && (*o.best < 1 || *o.best > o.number))
    throw Error(ErrorKind::usage, {"it is a number of the proteins that are written", "--best", "from 1 to --number"});
  if (o.best && o.resume)
    throw Error(ErrorKind::usage, {"the best are known at the end alone, so that nothing is kept on the way",
                                   "--resume", "leave --best away, and sort what was written"});
  if (o.judge.empty() && (o.report || !o.judge_by.empty()))
    throw Error(ErrorKind::usage, {"there is nothing to compare with", o.report ? "--report" : "--judge-by",
                                   "name what the model learned from: --judge FILES"});
  for (const char c : o.require)
    if (c < 'A' || c > 'Z')
      throw Error(ErrorKind::usage, {fmt::format("'{}' is no residue", c), "--require", "capital letters, such as CC"});
  if (o.max_perplexity && !(*o.max_perplexity > 1))
    throw Error(ErrorKind::usage, {"a perplexity is over 1", "--max-perplexity", "a number over 1"});
}

// Which proteins are wanted, and how many were not, by why.
class Choice {
 public:
  Choice(const GenerateOptions& options, const generation::GenerationSettings& settings)
      : options_(options), settings_(settings) {}

  bool takes(const Protein& protein) {
    const char* const why = reason(protein);
    if (why != nullptr) ++dropped_[why];
    return why == nullptr;
  }
  /// Of an earlier run.
  void know(const std::string& sequence) { seen_.insert(sha256(sequence)); }
  std::string told() const {
    std::string out;
    for (const auto& [why, count] : dropped_) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, why);
    return out;
  }
  std::int64_t dropped() const {
    std::int64_t sum = 0;
    for (const auto& [why, count] : dropped_) sum += count;
    return sum;
  }

 private:
  const char* reason(const Protein& protein) {
    const auto residues = static_cast<std::int64_t>(protein.sequence.size());
    if (residues == 0) return "without a residue";
    if (settings_.min_residues && residues < *settings_.min_residues) return "too short";
    if (options_.standard &&
        (protein.sequence.find_first_not_of(bio::kResidues) != std::string::npos || protein.dropped > 0))
      return "with other characters than the 20 residues";
    if (!holds_required(protein.sequence)) return "without a residue of --require";
    if (options_.max_perplexity && !(protein.perplexity <= *options_.max_perplexity)) return "over the perplexity";
    if (options_.unique && !seen_.insert(sha256(protein.sequence)).second) return "there already";
    return nullptr;
  }

  // A letter that is required twice has to be there twice.
  bool holds_required(const std::string& sequence) const {
    return std::all_of(options_.require.begin(), options_.require.end(), [&](char letter) {
      return std::count(sequence.begin(), sequence.end(), letter) >=
             std::count(options_.require.begin(), options_.require.end(), letter);
    });
  }

  const GenerateOptions& options_;
  const generation::GenerationSettings& settings_;
  std::set<std::string> seen_;
  std::map<std::string, std::int64_t> dropped_;
};

bool chooses(const GenerateOptions& o) {
  return o.standard || o.unique || o.max_perplexity || o.length || !o.require.empty();
}

class GenerateRun {
 public:
  GenerateRun(const GenerateOptions& options, const checkpoints::LoadedModel& loaded, const GenerateSettings& settings,
              KeptRows& kept, Context& context)
      : options_(options),
        tokenizer_(loaded.model->tokenizer()),
        settings_(settings),
        generator_(*loaded.model, watched(settings.generation), settings.residues_of_token),
        choice_(options, settings.generation),
        kept_(kept),
        context_(context),
        form_(form_of(options)),
        most_tries_(options.tries > 0 ? options.tries : (chooses(options) ? 20 : 1) * options.number) {
    tried_ = given_ = kept.before().records;
    taken_ = tried_ - kept.before().failed;
    if (tried_ > 0) know_earlier();
  }

  int run() {
    try {
      generator_.run([this] { return next(); }, [this](const Written& written) { take(written); });
      finish();
    } catch (const Error& error) {
      throw kept_.kept(error);
    }
    tell();
    if (!options_.judge.empty()) judge();
    return taken_ < options_.number ? 1 : 0;
  }

 private:
  // What is being written is seen on the way: its last letters.
  generation::GenerationSettings watched(generation::GenerationSettings settings) {
    settings.watch = [this](std::span<const std::int32_t> ids) {
      constexpr std::chrono::milliseconds kEvery{100};
      constexpr std::size_t kShown = 24;
      if (Clock::now() - last_shown_ < kEvery) return;
      last_shown_ = Clock::now();
      const auto last = ids.last(std::min(ids.size(), kShown));
      std::string text = tokenizer_.decode_plain(last);
      std::erase_if(text, [](char c) { return c < 'A' || c > 'Z'; });
      const std::size_t shown = std::min(text.size(), kShown);
      tell_progress("…" + text.substr(text.size() - shown));
    };
    return settings;
  }

  void tell_progress(const std::string& detail) {
    context_.sink.progress({.phase = "generating",
                            .done = taken_,
                            .total = options_.number,
                            .tokens = tokens_,
                            .seconds = seconds(),
                            .unit = "proteins",
                            .token_unit = "tokens",
                            .detail = detail});
  }

  // As many as are still wanted, were all taken that are being written.
  std::optional<generation::Request> next() {
    if (given_ >= most_tries_ || taken_ + (given_ - tried_) >= options_.number) return {};
    return generation::Request{given_++, settings_.prompt};
  }

  void take(const Written& written) {
    ++tried_;
    tokens_ += static_cast<std::int64_t>(written.ids.size());
    ++endings_[std::string(generation::name(written.ending))];
    const Protein protein = protein_of(written, tokenizer_);
    dropped_characters_ += protein.dropped;
    if (!chooses(options_) || choice_.takes(protein)) add(protein, written);
    tell_progress({});
    if (form_ != Form::json && !options_.best && (kept_.before().records > 0 || taken_ > 0)) keep();
  }

  void add(const Protein& protein, const Written& written) {
    ++taken_;
    if (!options_.judge.empty()) kept_sequences_.push_back(protein.sequence);
    if (form_ == Form::json)
      all_.push_back({protein.perplexity, {}, json_record(protein, written)});
    else if (options_.best)
      all_.push_back({protein.perplexity, record(protein, written), {}});
    else
      kept_.add(record(protein, written));
  }

  std::string record(const Protein& protein, const Written& written) const {
    if (form_ == Form::fasta) return fasta_record(protein, written, settings_.said);
    return json_record(protein, written).dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  }

  void keep() {
    constexpr std::chrono::seconds kEvery{2};
    if (options_.output && *options_.output != "-" && Clock::now() - last_kept_ < kEvery) return;
    kept_.keep({tried_, tried_ - taken_, {}});
    last_kept_ = Clock::now();
  }

  void know_earlier() {
    if (!options_.unique && options_.judge.empty()) return;
    for (const std::string& sequence : sequences_of(kept_.rows(), form_ == Form::json_lines)) {
      choice_.know(sequence);
      kept_sequences_.push_back(sequence);
    }
  }

  static std::vector<std::string> sequences_of(const std::string& rows, bool json_lines) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < rows.size();) {
      const std::size_t end = std::min(rows.find('\n', at), rows.size());
      const std::string line = rows.substr(at, end - at);
      at = end + 1;
      if (json_lines)
        out.push_back(nlohmann::json::parse(line).at("sequence").get<std::string>());
      else if (line.starts_with('>'))
        out.emplace_back();
      else if (!out.empty())
        out.back() += line;
    }
    return out;
  }

  void finish() {
    context_.sink.progress_done();
    if (options_.best) {
      std::stable_sort(all_.begin(), all_.end(),
                       [](const Record& a, const Record& b) { return a.perplexity < b.perplexity; });
      if (static_cast<std::int64_t>(all_.size()) > *options_.best)
        all_.resize(static_cast<std::size_t>(*options_.best));
    }
    if (form_ == Form::json) return print_json();
    for (const Record& one : all_) kept_.add(one.text);
    kept_.finish();
  }

  void print_json() {
    ordered_json out{{"sequences", ordered_json::array()}};
    for (Record& one : all_) out["sequences"].push_back(std::move(one.json));
    out["settings"] = settings_.said;
    out["written"] = tried_;
    out["tokens"] = tokens_;
    out["seconds"] = seconds();
    context_.out << out.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  }

  void tell() const {
    Sink& sink = context_.sink;
    std::string ends;
    for (const auto& [why, count] : endings_)
      ends += fmt::format("{}{} by {}", ends.empty() ? "" : ", ", count, ending_words(why));
    sink.note(fmt::format("{} written ({}), {} in {:.1f} s{}", counted(tried_, "protein"), ends,
                          counted(tokens_, "token"), seconds(),
                          options_.output && *options_.output != "-" ? ", to " + *options_.output : ""));
    if (choice_.dropped() > 0) sink.note(fmt::format("left out: {}", choice_.told()));
    if (dropped_characters_ > 0)
      sink.warning(
          fmt::format("{} that are no letters are not in the sequences", counted(dropped_characters_, "character")));
    if (taken_ < options_.number)
      sink.warning(fmt::format("{} of the {} proteins that were asked for: {} tries were not enough (--tries)", taken_,
                               options_.number, tried_));
  }

  // Those that were kept, beside what the model learned from.
  void judge() {
    JudgementInput input{kept_sequences_, {}, options_.judge_by, options_.dtype};
    for_each_input(options_.judge, {}, [&](io::SequenceRecord& record) {
      std::string letters;
      for (const char c : record.sequence)
        if (std::isalpha(static_cast<unsigned char>(c)) != 0)
          letters += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      if (!letters.empty()) input.known.push_back(std::move(letters));
    });
    if (input.written.empty() || input.known.empty()) {
      context_.sink.warning("there is nothing to compare: no report is written");
      return;
    }
    const std::filesystem::path folder = options_.report.value_or("generated-report");
    write_judgement(judge_written(input, context_.sink), folder);
    context_.sink.note(fmt::format("compared with {}: {}", counted(input.known.size(), "sequence"),
                                   (folder / (report::draws_pictures() ? "report.html" : "report.json")).string()));
  }

  static std::string ending_words(const std::string& why) {
    if (why == "end") return "an end token";
    return why == "context" ? "the model's context" : "the limit of " + why;
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }

  struct Record {
    double perplexity;
    std::string text;
    ordered_json json;
  };

  const GenerateOptions& options_;
  const bio::Tokenizer& tokenizer_;
  const GenerateSettings& settings_;
  generation::Generator generator_;
  Choice choice_;
  KeptRows& kept_;
  Context& context_;
  Form form_;
  std::int64_t most_tries_;
  std::int64_t given_ = 0;  // requests
  std::int64_t tried_ = 0;  // that were written
  std::int64_t taken_ = 0;  // of them
  std::int64_t tokens_ = 0, dropped_characters_ = 0;
  std::map<std::string, std::int64_t> endings_;
  std::vector<std::string> kept_sequences_;  // of those that are judged
  std::vector<Record> all_;                  // where they are not written at once
  Clock::time_point begun_ = Clock::now(), last_kept_{}, last_shown_{};
};

int run(const GenerateOptions& options, Context& context) {
  check(options);
  form_of(options);  // a wrong name is said before the model is loaded
  const RunOutput output{options.output.value_or("-"), options.resume, options.overwrite};
  if (output.path != "-") check_run_output(output);
  const checkpoints::LoadedModel loaded = load_model_of(options, context.sink);
  models::require<models::CausalLm>(*loaded.model);
  const GenerateSettings settings = generate_settings(options, loaded);
  nlohmann::json identity = {{"model", loaded.fingerprint},
                             {"dtype", options.dtype},
                             {"weights", options.weights},
                             {"prompt", settings.prompt},
                             {"settings", settings.said},
                             {"number", options.number},
                             {"form", static_cast<int>(form_of(options))},
                             {"standard", options.standard},
                             {"unique", options.unique},
                             {"require", options.require},
                             {"max_perplexity", options.max_perplexity.value_or(0)},
                             {"cache", static_cast<int>(settings.generation.held)}};
  KeptRows kept(output, std::move(identity), context.out);
  return GenerateRun(options, loaded, settings, kept, context).run();
}

}  // namespace

Task generate_task() {
  return {
      .name = "generate",
      .summary = "Write new proteins with a causal language model (ProtGPT2, ZymCTRL)",
      .description =
          "Draws a protein token by token: after penalties, from the likeliest that --top-k and --top-p leave, at a "
          "temperature, in the order that Transformers has. Records say their perplexity by the model and the "
          "settings; "
          "JSON lines have token ids and log-probabilities, too. Many are written at a time, which changes none of "
          "them. Exit status 1: fewer were kept than were asked for.",
      .examples = {{"groel generate -n 5", "five proteins of the bundled model"},
                   {"groel generate -p MKT -n 100 --length 50:200 --standard --unique -o new.fasta",
                    "a hundred different ones that begin so, of 50 to 200 residues"},
                   {"groel generate -p MKT --greedy --max-new-tokens 20 --json", "the likeliest tokens, as JSON"}},
      .options = option_table<GenerateOptions>(),
      .run = entry<GenerateOptions, run>,
  };
}

}  // namespace groel::tasks
