// The loop over what is written: in the order of prompts and tries, into FASTA, JSON lines or JSON.
#include "tasks/generate/run.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <map>
#include <sstream>

#include "base/sha256.h"
#include "base/words.h"
#include "formats/extension.h"
#include "tasks/generate/choice.h"
#include "tasks/generate/judgement.h"
#include "tasks/generate/turns.h"
#include "tasks/reading/input.h"
#include "tasks/reading/kept_rows.h"
#include "tasks/workers/generate.h"

namespace groel::tasks {
namespace {

using generation::Written;
using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

// An earlier run's place, as its state keeps it.
PromptPlace place_of(const std::string& text) {
  PromptPlace out;
  std::istringstream(text) >> out.prompt >> out.tried >> out.taken;
  return out;
}

class GenerateRun {
 public:
  GenerateRun(const GenerateOptions& options, const checkpoints::LoadedModel& loaded, const GenerateSettings& settings,
              PromptsOfFiles& prompts, Context& context)
      : options_(options),
        model_(*loaded.model),
        tokenizer_(loaded.model->tokenizer()),
        settings_(settings),
        generator_(*loaded.model, watched(settings.generation), settings.residues_of_token),
        prompts_(prompts.prompts),
        choice_(options, settings.generation),
        context_(context),
        form_(generate_form(options)),
        failures_(context.sink) {
    check_prompts(prompts.refused);
  }

  int run(KeptRows& kept) {
    kept_ = &kept;
    const PromptPlace begin = place_of(kept.before().digest);
    const auto prompts = static_cast<std::int64_t>(prompts_.size());
    turns_.emplace(PromptTurns::Limits{prompts, options_.number, most_tries(), 64 * settings_.generation.batch}, begin);
    judged_ = begin.prompt;
    taken_of_judged_ = begin.taken;
    tried_ = kept.before().records;
    taken_ = tried_ - kept.before().failed;
    if (tried_ > 0) know_earlier();
    try {
      generate_shared(
          {model_, generator_, settings_.residues_of_token, wanted()}, [this] { return next(); },
          [this](const Written& written) { take(written); });
      finish();
    } catch (const Error& error) {
      throw kept.kept(error);
    }
    tell();
    if (!options_.judge.empty()) judge_files(options_, kept_sequences_, context_.sink);
    return taken_ < wanted() || failures_.count() > 0 ? 1 : 0;
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

  // Those that fit no model's context are left out before anything is written; all are told.
  void check_prompts(const std::vector<RefusedPrompt>& refused) {
    for (const RefusedPrompt& one : refused) refuse(one.name, one.error);
    if (options_.prompts.empty()) return;
    std::erase_if(prompts_, [&](const NamedPrompt& one) {
      try {
        generator_.check({0, one.ids});
        return false;
      } catch (const Error& error) {
        refuse(one.name, error);
        return true;
      }
    });
    if (prompts_.empty())
      throw Error(
          ErrorKind::bad_input,
          {fmt::format("the model can begin with none of {}", counted(failures_.count(), "prompt")), "--prompts", {}});
  }

  void refuse(const std::string& name, const Error& error) {
    failures_.add(name, error);
    errors_.push_back(error_json(name, error));
  }

  /// Of each prompt.
  std::int64_t most_tries() const {
    return options_.tries > 0 ? options_.tries : (chooses(options_) ? 20 : 1) * options_.number;
  }
  std::int64_t wanted() const { return options_.number * static_cast<std::int64_t>(prompts_.size()); }

  void tell_progress(const std::string& detail) {
    context_.sink.progress({.phase = "generating",
                            .done = taken_,
                            .total = wanted(),
                            .tokens = tokens_,
                            .seconds = seconds(),
                            .unit = "proteins",
                            .token_unit = "tokens",
                            .detail = detail});
  }

  std::optional<generation::Request> next() {
    const auto turn = turns_->next();
    if (!turn) return {};
    const NamedPrompt& from = prompts_[static_cast<std::size_t>(turn->prompt)];
    return generation::Request{turn->attempt, from.ids, from.stream, turn->prompt};
  }

  void take(const Written& written) {
    tokens_ += static_cast<std::int64_t>(written.ids.size());
    ++endings_[std::string(generation::name(written.ending))];
    const std::int64_t before = tried_;
    turns_->add(written.request.source, written,
                [this](std::int64_t prompt, const Written& one) { return is_taken(prompt, one); });
    tell_progress({});
    if (tried_ > before && form_ != GenerateForm::json && !options_.best && (kept_->before().records > 0 || taken_ > 0))
      keep();
  }

  // In the order of prompts and tries.
  bool is_taken(std::int64_t prompt, const Written& written) {
    ++tried_;
    if (prompt != judged_) taken_of_judged_ = 0;
    judged_ = prompt;
    const NamedPrompt& from = prompts_[static_cast<std::size_t>(prompt)];
    Protein protein = protein_of(written, tokenizer_);
    if (!from.name.empty()) {
      protein.prompt = from.name;
      protein.id = fmt::format("{}_{}", from.name, written.request.index + 1);
    }
    dropped_characters_ += protein.dropped;
    const bool takes = !chooses(options_) || choice_.takes(protein);
    if (takes) {
      ++taken_of_judged_;
      add(protein, written);
    }
    if (written.request.index + 1 == most_tries() && taken_of_judged_ < options_.number && !from.name.empty())
      short_of_.push_back(from.name);
    return takes;
  }

  void add(const Protein& protein, const Written& written) {
    ++taken_;
    if (!options_.judge.empty()) kept_sequences_.push_back(protein.sequence);
    if (form_ == GenerateForm::json)
      all_.push_back({protein.perplexity, {}, json_record(protein, written)});
    else if (options_.best)
      all_.push_back({protein.perplexity, record(protein, written), {}});
    else
      kept_->add(record(protein, written));
  }

  std::string record(const Protein& protein, const Written& written) const {
    if (form_ == GenerateForm::fasta) return fasta_record(protein, written, settings_.said);
    return json_record(protein, written).dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  }

  void keep() {
    constexpr std::chrono::seconds kEvery{2};
    if (options_.output && *options_.output != "-" && Clock::now() - last_kept_ < kEvery) return;
    const PromptPlace place = turns_->place();
    kept_->keep({tried_, tried_ - taken_, fmt::format("{} {} {}", place.prompt, place.tried, place.taken)});
    last_kept_ = Clock::now();
  }

  void know_earlier() {
    if (!options_.unique && options_.judge.empty()) return;
    for (const std::string& sequence : sequences_of(kept_->rows(), form_ == GenerateForm::json_lines)) {
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
    if (form_ == GenerateForm::json) return print_json();
    for (const Record& one : all_) kept_->add(one.text);
    kept_->finish();
  }

  void print_json() {
    ordered_json out{{"sequences", ordered_json::array()}};
    for (Record& one : all_) out["sequences"].push_back(std::move(one.json));
    out["settings"] = settings_.said;
    out["written"] = tried_;
    out["tokens"] = tokens_;
    out["seconds"] = seconds();
    if (!errors_.empty()) out["errors"] = errors_;
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
    if (taken_ < wanted())
      sink.warning(fmt::format("{} of the {} proteins that were asked for: {} tries were not enough (--tries)", taken_,
                               wanted(), tried_));
    if (!short_of_.empty())
      sink.warning(fmt::format("too few from {}: {}", counted(short_of_.size(), "prompt"), listed(short_of_, 10)));
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
  const models::Model& model_;
  const bio::Tokenizer& tokenizer_;
  const GenerateSettings& settings_;
  generation::Generator generator_;
  std::vector<NamedPrompt>& prompts_;
  Choice choice_;
  Context& context_;
  GenerateForm form_;
  Failures failures_;  // prompts
  ordered_json errors_ = ordered_json::array();
  KeptRows* kept_ = nullptr;
  std::optional<PromptTurns> turns_;
  std::int64_t tried_ = 0;                         // that were written and judged
  std::int64_t taken_ = 0;                         // of them
  std::int64_t judged_ = 0, taken_of_judged_ = 0;  // the prompt of the last, and what was taken of it
  std::vector<std::string> short_of_;              // prompts from which too few were taken
  std::int64_t tokens_ = 0, dropped_characters_ = 0;
  std::map<std::string, std::int64_t> endings_;
  std::vector<std::string> kept_sequences_;  // of those that are judged
  std::vector<Record> all_;                  // where they are not written at once
  Clock::time_point begun_ = Clock::now(), last_kept_{}, last_shown_{};
};

std::string digest_of(const std::vector<NamedPrompt>& prompts) {
  std::string text;
  for (const NamedPrompt& prompt : prompts) text += fmt::format("{} {}\n", prompt.name, fmt::join(prompt.ids, ","));
  return sha256(text);
}

}  // namespace

GenerateForm generate_form(const GenerateOptions& o) {
  if (o.json && !o.output && o.format.empty()) return GenerateForm::json;
  if (!o.format.empty()) return o.format == "jsonl" ? GenerateForm::json_lines : GenerateForm::fasta;
  if (!o.output || *o.output == "-") return GenerateForm::fasta;
  static const std::string known[] = {".fasta", ".fa", ".jsonl"};
  formats::check_extension(*o.output, known);
  return formats::format_extension(*o.output) == ".jsonl" ? GenerateForm::json_lines : GenerateForm::fasta;
}

int write_proteins(const GenerateOptions& options, const checkpoints::LoadedModel& loaded,
                   const GenerateSettings& settings, PromptsOfFiles prompts, Context& context) {
  GenerateRun run(options, loaded, settings, prompts, context);
  nlohmann::json identity = {{"model", loaded.identity},
                             {"dtype", options.dtype},
                             {"weights", options.weights},
                             {"prompts", digest_of(prompts.prompts)},
                             {"settings", settings.said},
                             {"number", options.number},
                             {"tries", options.tries},
                             {"form", static_cast<int>(generate_form(options))},
                             {"standard", options.standard},
                             {"unique", options.unique},
                             {"require", options.require},
                             {"max_perplexity", options.max_perplexity.value_or(0)},
                             {"cache", static_cast<int>(settings.generation.held)}};
  KeptRows kept({options.output.value_or("-"), options.resume, options.overwrite}, std::move(identity), context.out);
  return run.run(kept);
}

}  // namespace groel::tasks
