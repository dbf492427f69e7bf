// groel fit-vocabulary: learns which runs of residues get a token of their own.
#include <algorithm>
#include <chrono>

#include "base/folders.h"
#include "base/interrupt.h"
#include "bio/byte_bpe.h"
#include "bio/byte_pair_fit.h"
#include "checkpoints/tokenizer_files.h"
#include "io/sequences_summary.h"
#include "tasks/reading/input.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct FitVocabularyOptions : OutputOptions {
  std::vector<std::string> input;
  std::int64_t size = 0;
  std::int64_t min_count = 0;
  std::int64_t line = 0;
  bool json = false;

  void declare(OptionBinder& to) {
    OptionSpec sequences = sequences_option();
    sequences.help = "Proteins to learn from, files: FASTA, FASTQ, A3M, CSV or TSV (also .gz, .bgz, .zst); - is stdin";
    to(input, sequences);
    to(size, {.name = "size",
              .help = "Tokens in all, the 256 bytes and <|endoftext|> among them; ProtGPT2 has 50257",
              .otherwise = 5000,
              .value_name = "N"});
    to(min_count, {.name = "min-count",
                   .help = "Times that two tokens have to follow each other to become one",
                   .otherwise = 2,
                   .value_name = "N"});
    to(line, {.name = "line",
              .help = "Residues on a line of a document, over whose end no token goes; 0: proteins have no line breaks",
              .otherwise = 60,
              .value_name = "N"});
    to(output, {.name = "output",
                .letter = 'o',
                .help = "Folder for vocab.json, merges.txt and what Transformers' GPT2Tokenizer reads beside them",
                .value_name = "DIR",
                .required = true,
                .writes = Writes::folder,
                .aliases = {"out"}});
    to(overwrite, {.name = "overwrite", .help = "Replace the tokenizer in the folder", .group = kOutput});
    to(json, json_option());
  }
};

// A folder is replaced only where it holds a tokenizer and nothing else.
void check_folder(const FitVocabularyOptions& options) {
  std::error_code ignored;
  const fs::path folder = *options.output;
  if (!fs::exists(folder, ignored) || fs::is_empty(folder, ignored)) return;
  const std::vector<std::string> own{"vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"};
  for (fs::directory_iterator at(folder, ignored), end; at != end; ++at)
    if (std::find(own.begin(), own.end(), at->path().filename().string()) == own.end())
      throw Error(ErrorKind::usage,
                  {"this exists already and holds more than a tokenizer", at->path().string(), "choose another name"});
  if (options.standing() == Standing::refuse)
    throw Error(ErrorKind::usage,
                {"the output exists already", folder.string(), "choose another name, or add --overwrite"});
}

// The texts of proteins, counted.
struct Learned {
  bio::BytePairFit fit;
  std::int64_t proteins = 0;
  std::int64_t residues = 0;
  std::int64_t left_out = 0;
};

class Texts {
 public:
  Texts(const FitVocabularyOptions& options, Sink& sink) : options_(options), sink_(sink) {
    bio::TextForm form = dynamic_cast<const bio::ByteBpe&>(*bytes_).document_form();
    form.line = options.line;
    bytes_ = bytes_->in_form(form);
  }

  Learned read() {
    summary_.add(io::for_each_sequence(options_.input, {}, [&](io::SequenceRecord& record) { take(record); }));
    sink_.progress_done();
    summary_.tell(sink_);
    if (out_.left_out > 0)
      sink_.warning(fmt::format("{} cannot be learned from; the first: {}", counted(out_.left_out, "record"), first_));
    if (out_.proteins == 0) throw Error(ErrorKind::bad_input, {"no protein is left to learn from", {}, {}});
    return std::move(out_);
  }

 private:
  void take(io::SequenceRecord& record) {
    check_interrupted();
    summary_.take(record);
    try {
      if (record.error) throw Error(*record.error);
      const bio::Encoded encoded = bytes_->encode(record.sequence);
      summary_.add(encoded.counts);
      out_.fit.add(bytes_->decode_plain(encoded.ids));
      out_.residues += encoded.residues();
      ++out_.proteins;
    } catch (const Error& error) {
      if (out_.left_out++ == 0)
        first_ = fmt::format("{}:{}: '{}': {}", record.source, record.line, record.id, error.parts().what);
    }
    if ((out_.proteins + out_.left_out) % 1024 == 0)
      sink_.progress({.phase = "reading", .done = out_.proteins, .tokens = out_.residues, .unit = "proteins"});
  }

  const FitVocabularyOptions& options_;
  Sink& sink_;
  std::shared_ptr<const bio::Tokenizer> bytes_ = bio::byte_bpe_tokenizer({});
  io::SequenceSummary summary_{io::Gaps::drop};
  Learned out_;
  std::string first_;
};

bio::FittedPairs fitted(const Learned& learned, const FitVocabularyOptions& options, Sink& sink) {
  const auto begun = std::chrono::steady_clock::now();
  const auto tell = [&](std::int64_t tokens) {
    if (tokens % 64 != 0) return;
    check_interrupted();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    sink.progress({.phase = "merging", .done = tokens, .total = options.size, .seconds = seconds, .unit = "tokens"});
  };
  bio::FittedPairs out = learned.fit.fit({options.size, options.min_count, tell});
  sink.progress_done();
  if (const auto tokens = static_cast<std::int64_t>(out.files.tokens.size()); tokens < options.size)
    sink.warning(fmt::format("{} are all that these proteins give: no two tokens follow each other {} any more",
                             counted(tokens, "token"), counted(options.min_count, "time")));
  return out;
}

// The longest tokens of letters alone, as a look at what was found.
std::vector<std::string> longest_tokens(const bio::TokenizerFiles& files) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> out(files.tokens.begin() + 1, files.tokens.end());
  std::stable_sort(out.begin(), out.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  out.resize(std::min(out.size(), kShown));
  return out;
}

int run(const FitVocabularyOptions& options, Context& context) {
  if (options.line < 0) throw Error(ErrorKind::usage, {"a number of residues", "--line", "0 for no lines"});
  if (options.min_count < 1) throw Error(ErrorKind::usage, {"a number from 1 on", "--min-count", {}});
  check_folder(options);
  const Learned learned = Texts(options, context.sink).read();
  const bio::FittedPairs found = fitted(learned, options, context.sink);
  const auto tokenizer = bio::byte_bpe_tokenizer(found.files);
  write_folder(*options.output, [&](const fs::path& folder) {
    checkpoints::write_tokenizer_files(folder, *tokenizer, models::Vocabulary::byte_pairs);
  });

  const double each = static_cast<double>(found.bytes) / static_cast<double>(found.tokens);
  const ordered_json result{{"folder", *options.output},           {"proteins", learned.proteins},
                            {"residues", learned.residues},        {"left_out", learned.left_out},
                            {"tokens", found.files.tokens.size()}, {"merges", found.files.merges.size()},
                            {"characters_per_token", each},        {"longest", longest_tokens(found.files)}};
  if (options.json)
    context.out << result.dump(2) << '\n';
  else
    context.out << fmt::format(
        "{} tokens from {} proteins ({} residues): {:.2f} residues and line breaks a token\n"
        "the longest: {}\nthe tokenizer is in {}\n",
        grouped(static_cast<std::int64_t>(found.files.tokens.size())), grouped(learned.proteins),
        grouped(learned.residues), each, listed(longest_tokens(found.files)), *options.output);
  return learned.left_out > 0 ? 1 : 0;
}

}  // namespace

Task fit_vocabulary_task() {
  return {.name = "fit-vocabulary",
          .summary = "Learn a tokenizer with several residues to a token",
          .description =
              "Learns a byte-level byte-pair vocabulary from proteins, as ProtGPT2 and other GPT-2 models have one: "
              "the two "
              "tokens that follow each other most often become one, again and again. The merges are those that Hugging "
              "Face's BpeTrainer finds. `groel train clm --tokenizer DIR` begins a new model with it; Transformers' "
              "GPT2Tokenizer reads the folder, too.",
          .examples = {{"groel fit-vocabulary examples/proteins.fasta --size 400 -o vocabulary", "learn 400 tokens"}},
          .options = option_table<FitVocabularyOptions>(),
          .run = entry<FitVocabularyOptions, run>};
}

}  // namespace groel::tasks
