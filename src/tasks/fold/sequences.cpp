// Folds sequences: reads them, plans memory, folds the short ones first, and writes each as soon as it is there.
#include "tasks/fold/sequences.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/words.h"
#include "engine/precision.h"
#include "nn/folding/pairs.h"
#include "structure_models/sequence_network.h"
#include "tasks/fold/fold_memory.h"
#include "tasks/fold/folded_files.h"
#include "tasks/fold/network.h"
#include "tasks/fold/options.h"
#include "tasks/fold/sequence_network_files.h"
#include "tasks/fold/sequence_records.h"
#include "tasks/reading/input.h"
#include "tasks/workers/fold.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using structure_models::EsmfoldProgress;
using structure_models::SequenceStructure;

// Residues that are done, of the present sequence by its blocks.
class FoldProgress {
 public:
  FoldProgress(Sink& sink, std::int64_t records, std::int64_t residues)
      : sink_(sink), begin_(std::chrono::steady_clock::now()) {
    progress_.phase = "folding";
    progress_.unit = "sequences";
    progress_.total = records;
    progress_.total_tokens = residues;
  }
  ~FoldProgress() { sink_.progress_done(); }
  FoldProgress(const FoldProgress&) = delete;
  FoldProgress& operator=(const FoldProgress&) = delete;

  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }
  void reading(std::int64_t residues) { tell(finished_, fmt::format("language model, {} residues", residues)); }
  void at(const FoldRecord& record, const EsmfoldProgress& now) {
    const std::int64_t steps = now.passes * (now.blocks + 1), done = now.pass * (now.blocks + 1) + now.block;
    tell(finished_ + record.length() * done / std::max<std::int64_t>(steps, 1),
         fmt::format("{}: pass {} of {}, {}", record.name, now.pass + 1, now.passes,
                     now.block == now.blocks ? "structure" : fmt::format("block {} of {}", now.block + 1, now.blocks)));
  }
  void finished(const FoldRecord& record) {
    ++progress_.done;
    finished_ += record.length();
    tell(finished_, record.name);
  }

 private:
  void tell(std::int64_t residues, const std::string& detail) {
    progress_.tokens = residues;
    progress_.seconds = seconds();
    detail_ = detail;
    progress_.detail = detail_;
    sink_.progress(progress_);
  }

  Sink& sink_;
  Progress progress_;
  std::string detail_;
  std::int64_t finished_ = 0;
  std::chrono::steady_clock::time_point begin_;
};

class FoldRun {
 public:
  FoldRun(const FoldOptions& options, Context& context)
      : options_(options),
        context_(context),
        failures_(context.sink),
        records_(read_fold_records(options, context.sink)) {}

  int run() {
    load();
    const std::vector<FoldRecord*> open = to_do();
    fold(open);
    summarise();
    return failures_.exit_status();
  }

 private:
  void load() {
    const auto found = find_sequence_network(options_.model);
    if (!found.note.empty()) context_.sink.note(found.note);
    network_ = structure_models::load_sequence_network(found.path, engine::parse_precision(options_.dtype));
    passes_ = network_->passes(options_.recycles.value_or(-1));
    memory_.emplace(*network_, options_.memory);
    for (FoldRecord& record : records_) refuse_what_it_does_not_fold(record);
  }

  void refuse_what_it_does_not_fold(FoldRecord& record) const {
    if (record.error) return;
    try {
      network_->require(record.sequence);
    } catch (const Error& error) {
      record.error = error.at(record.id);
    }
  }

  FoldedFiles files_of(const FoldRecord& record) const {
    return {fs::path(options_.output) / record.name, network_->facts().title};
  }
  FoldOrigin origin_of(const FoldRecord& record) const {
    return {record.text,     network_->facts().fingerprint, options_.dtype, passes_ - 1,
            options_.linker, options_.residue_offset};
  }

  // What is neither finished nor wrong, the short ones first. Errors: usage, for files of other runs.
  std::vector<FoldRecord*> to_do() {
    std::vector<FoldRecord*> open;
    std::int64_t finished = 0;
    for (FoldRecord& record : records_) {
      if (record.error) {
        failures_.add(record.id, *record.error);
        continue;
      }
      const FoldedFiles files = files_of(record);
      if (!options_.overwrite) record.row = files.finished(origin_of(record), options_.arrays);
      if (!record.row.is_null()) {
        ++finished;
        continue;
      }
      if (const fs::path strange = files.strange(origin_of(record)); !strange.empty() && !options_.overwrite)
        throw Error(ErrorKind::usage, {fmt::format("a file for '{}' exists already, made of something else", record.id),
                                       strange.string(), "choose another folder, or add --overwrite"});
      open.push_back(&record);
    }
    if (finished > 0)
      context_.sink.note(
          fmt::format("{} {} there already", counted(finished, "structure"), finished == 1 ? "is" : "are"));
    std::ranges::stable_sort(open, {}, &FoldRecord::length);
    return open;
  }

  void fold(const std::vector<FoldRecord*>& open) {
    if (open.empty()) return;
    fs::create_directories(options_.output);
    std::int64_t residues = 0;
    for (const FoldRecord* record : open) residues += record->length();
    const std::int64_t longest = open.back()->length();
    context_.sink.note(
        fmt::format("{} of {:.1f} million numbers as {}, {} of weights; {} of {} to {} residues, {} each; up to "
                    "{} beside the weights",
                    network_->facts().title, static_cast<double>(network_->parameters()) / 1e6, options_.dtype,
                    format_bytes(memory_->weights()), counted(open.size(), "sequence"), open.front()->length(), longest,
                    counted(passes_, "pass", "passes"), format_bytes(memory_->needed(longest))));
    FoldProgress progress(context_.sink, static_cast<std::int64_t>(open.size()), residues);
    if (ranks::Crew* const crew = ranks::Crew::current()) return fold_on_ranks(*crew, open, progress);
    for (std::size_t begin = 0; begin < open.size();) {
      const std::size_t end = batch_end(open, begin);
      fold_batch(std::span(open).subspan(begin, end - begin), progress);
      begin = end;
    }
  }

  // One sequence a shard: each takes long enough.
  void fold_on_ranks(ranks::Crew& crew, const std::vector<FoldRecord*>& open, FoldProgress& progress) {
    RankedFold all(crew, *network_, options_.model, options_.dtype);
    std::vector<FoldRecord*> given;
    auto next = open.begin();
    std::size_t taken = 0;
    try {
      all.run({passes_ - 1, options_.chunk,
               [&]() -> const structure_models::EsmfoldInput* {
                 while (next != open.end()) {
                   FoldRecord& record = **next++;
                   if (!fits(record, progress)) continue;
                   given.push_back(&record);
                   return &record.sequence.input;
                 }
                 return nullptr;
               },
               [&](const RankedFold::Folded& folded) {
                 FoldRecord& record = *given[taken++];
                 if (folded.error) {
                   failures_.add(record.id, *folded.error);
                 } else {
                   record.row = row_of(record, folded.structure, folded.seconds);
                   files_of(record).write(record.sequence, folded.structure, record.row, options_.arrays);
                 }
                 progress.finished(record);
               }});
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::io) throw kept(error);
      throw;
    }
  }

  bool fits(const FoldRecord& record, FoldProgress& progress) {
    try {
      memory_->require(record.length());
      return true;
    } catch (const Error& error) {
      failures_.add(record.id, error);
      progress.finished(record);
      return false;
    }
  }

  // As many as the language model reads together.
  std::size_t batch_end(const std::vector<FoldRecord*>& open, std::size_t begin) const {
    std::size_t end = begin;
    for (std::int64_t tokens = 0; end < open.size(); ++end) {
      tokens += network_->tokens(open[end]->length());
      if (tokens > options_.max_tokens && end > begin) break;
    }
    return end;
  }

  void fold_batch(std::span<FoldRecord* const> batch, FoldProgress& progress) {
    std::vector<FoldRecord*> fitting;
    std::vector<const std::vector<std::int32_t>*> types;
    std::int64_t residues = 0;
    for (FoldRecord* record : batch) {
      if (!fits(*record, progress)) continue;
      fitting.push_back(record);
      types.push_back(&record->sequence.input.types);
      residues += record->length();
    }
    if (fitting.empty()) return;
    progress.reading(residues);
    const std::vector<structure_models::SequenceDescription> described = network_->describe(types);
    for (std::size_t i = 0; i < fitting.size(); ++i) fold_one(*fitting[i], described[i], progress);
  }

  void fold_one(FoldRecord& record, const structure_models::SequenceDescription& described, FoldProgress& progress) {
    const double begin = progress.seconds();
    std::optional<nn::folding::ChunkLimit> rows;
    if (options_.chunk) rows.emplace(*options_.chunk * record.length() * 4 * network_->facts().pair_width);
    try {
      const SequenceStructure out = network_->fold(
          record.sequence.input, described,
          {.recycles = passes_ - 1, .progress = [&](const EsmfoldProgress& now) { progress.at(record, now); }});
      record.row = row_of(record, out, progress.seconds() - begin);
      files_of(record).write(record.sequence, out, record.row, options_.arrays);
    } catch (const Error& error) {
      record.row = nullptr;
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::io) throw kept(error);
      failures_.add(record.id, error);
    }
    progress.finished(record);
  }

  // Ends the run; what is finished stays.
  Error kept(const Error& error) const {
    const auto finished = std::ranges::count_if(records_, [](const FoldRecord& one) { return !one.row.is_null(); });
    return Error(error.kind(), {error.parts().what, error.parts().where,
                                fmt::format("{} of {} finished, in {}; the same command goes on from there", finished,
                                            counted(records_.size(), "sequence"), options_.output)});
  }

  ordered_json row_of(const FoldRecord& record, const SequenceStructure& out, double seconds) const {
    return {{"id", record.id},
            {"file", record.name + ".pdb"},
            {"residues", record.sequence.residues()},
            {"chains", record.sequence.chains},
            {"mean_plddt", structure_models::mean_plddt(record.sequence, out)},
            {"ptm", out.ptm ? ordered_json(*out.ptm) : ordered_json()},
            {"recycles", passes_ - 1},
            {"seconds", seconds},
            {"model", network_->facts().title},
            {"made_from", origin_of(record).json()}};
  }

  void summarise() const {
    ordered_json all = ordered_json::array();
    for (const FoldRecord& record : records_)
      if (!record.row.is_null()) all.push_back(record.row);
    if (options_.json) {
      context_.out << ordered_json{{"structures", all}, {"failed", failures_.count()}}.dump(
                          2, ' ', false, ordered_json::error_handler_t::replace)
                   << '\n';
      return;
    }
    constexpr const char* kLine = "{:<28} {:>8} {:>6} {:>7} {:>6} {:>9}\n";
    context_.out << fmt::format(kLine, "id", "residues", "chains", "pLDDT", "pTM", "seconds");
    for (const ordered_json& row : all)
      context_.out << fmt::format(kLine, row["id"].get<std::string>(), row["residues"].dump(), row["chains"].dump(),
                                  fmt::format("{:.1f}", row["mean_plddt"].get<double>()),
                                  row["ptm"].is_null() ? "-" : fmt::format("{:.3f}", row["ptm"].get<double>()),
                                  fmt::format("{:.1f}", row["seconds"].get<double>()));
  }

  const FoldOptions& options_;
  Context& context_;
  Failures failures_;
  std::vector<FoldRecord> records_;
  std::unique_ptr<structure_models::SequenceNetwork> network_;
  std::optional<FoldMemory> memory_;
  std::int64_t passes_ = 1;
};

void check_fold_sequences(const FoldOptions& options) {
  if (options.output.empty()) throw Error(ErrorKind::usage, {"structures need a folder", {}, "give --output DIR"});
  if (options.input.empty()) throw Error(ErrorKind::usage, {"no sequence is named", {}, "give a FASTA file"});
}

// The first character that is not white space.
char first_character(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char c = 0;
  while (file.get(c))
    if (std::isspace(static_cast<unsigned char>(c)) == 0) return c;
  return 0;
}

}  // namespace

bool folds_sequences(const FoldOptions& options) {
  bool fasta = false;
  if (!options.input.empty() && fs::is_regular_file(options.input.front())) {
    const char first = first_character(options.input.front());
    fasta = first == '>' || first == ';';
  }
  return fasta || (!options.model.empty() && !names_fold_network(options.model));
}

int fold_sequences(const FoldOptions& options, Context& context) {
  check_fold_sequences(options);
  return FoldRun(options, context).run();
}

void FoldSequenceOptions::declare_sequences(OptionBinder& to) {
  to.group("Sequences (ESMFold, MiniFold)");
  to(model,
     {.name = "model",
      .letter = 'm',
      .help =
          "Fold sequences (FASTA and its kin; for ESMFold chains joined by ':') with this ESMFold: a Hugging Face "
          "folder (facebook/esmfold_v1), fair-esm's esmfold_3B_v1.pt, or one of these names; or with this MiniFold: "
          "minifold_48L_final.ckpt, or minifold-48L; or jobs with the network of that name "
          "(protenix_base_default_v1.0.0, ...), or with these weights",
      .value_name = "MODEL"});
  to(arrays,
     {.name = "arrays", .help = "Write ID.npz, too: positions of 14 atoms, plddt of 37, and of ESMFold ptm and pae"});
  to(linker, {.name = "linker",
              .help = "Residues of glycine between chains",
              .otherwise = 25,
              .value_name = "N",
              .aliases = {"chain-linker"}});
  to(residue_offset, {.name = "residue-offset",
                      .help = "What is added to the numbers of residues from one chain to the next",
                      .otherwise = 512,
                      .value_name = "N",
                      .aliases = {"residue-index-offset"}});
  to(max_tokens, {.name = "max-tokens",
                  .help = "Tokens that the language model reads in one pass, at most; the trunk folds one by one",
                  .otherwise = 1024,
                  .value_name = "N",
                  .aliases = {"max-tokens-per-batch"}});
  to(chunk,
     {.name = "chunk",
      .help = "Rows of pairs that are worked on at a time (default: as many as take 16 MB); results are the same",
      .value_name = "N",
      .aliases = {"chunk-size"}});
}

}  // namespace groel::tasks
