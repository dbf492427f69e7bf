// Runs groel contacts over many records.
#include "tasks/contacts/run.h"

#include <algorithm>
#include <filesystem>
#include <new>

#include "base/interrupt.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "checkpoints/model_cache.h"
#include "engine/plan.h"
#include "engine/runner.h"
#include "io/structure.h"
#include "report/picture.h"
#include "tasks/contacts/figures.h"
#include "tasks/contacts/structure_notes.h"
#include "tasks/contacts/writer.h"
#include "tasks/reading/journal.h"
#include "tasks/reading/output_name.h"
#include "tasks/reading/picture.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kTextRows = 10;

// The files that a run was asked for, one per record.
struct Outputs {
  std::vector<std::filesystem::path> rr, pictures;

  Outputs(const ContactsOptions& options, const std::vector<ReadRecord>& records, Standing standing) {
    std::vector<std::string> ids;
    for (const ReadRecord& record : records) ids.push_back(record.id);
    if (is_rr(options.output.value_or(""))) rr = part_paths(options.output.value_or(""), ids, standing);
    pictures = part_paths(options.picture.value_or(""), ids, standing);
  }
  void write(std::size_t record, const ContactResult& result, const std::string& model) const {
    if (!rr.empty()) write_text(rr[record], to_rr(result));
    if (!pictures.empty())
      report::write_picture(contact_figure(result, checkpoints::model_label(model)), pictures[record]);
  }
};

const bio::Chain* chain_of(const ContactsOptions& options, const bio::Structure& structure) {
  const std::vector<std::string> names = options.chain;
  if (structure.chains.empty()) {
    if (!names.empty()) throw Error(ErrorKind::usage, {"no structure is named", "--chain", "add --structure FILE"});
    return nullptr;
  }
  if (names.size() > 1)
    throw Error(ErrorKind::usage, {"two chains are for --from-structure alone", "--chain", "name one"});
  return &structure.chain(names.empty() ? std::string() : names.front());
}

// "1ubq_A" of "1ubq.pdb.gz".
std::string chain_id(const bio::Structure& structure, const bio::Chain& chain) {
  std::filesystem::path name = std::filesystem::path(structure.source).filename();
  const auto extension = name.extension();
  if (extension == ".gz" || extension == ".bgz" || extension == ".zst") name = name.stem();
  return name.stem().string() + "_" + chain.name;
}

std::vector<ReadRecord> records_of(const ContactsOptions& options, const bio::Structure& structure,
                                   const bio::Chain* chain, const bio::Tokenizer& tokenizer, Sink& sink) {
  if (!options.input.empty()) return read_records(options, tokenizer, sink);
  if (chain == nullptr)
    throw Error(ErrorKind::usage, {"nothing to predict", {}, "name a FASTA file, a sequence or --structure FILE"});
  return {{chain_id(structure, *chain), tokenizer.encode(chain->sequence), {}}};
}

std::string digest_of(const std::vector<ReadRecord>& records) {
  Sha256 digest;
  for (const ReadRecord& record : records) {
    digest.update(record.id + '\n');
    for (const std::int32_t token : record.encoded.ids) digest.update(std::to_string(token) + ' ');
    digest.update("\n");
  }
  return digest.finish();
}

class Run final : public engine::RunStore {
 public:
  Run(const ContactsOptions& options, Context& context, const checkpoints::LoadedModel& loaded)
      : options_(options),
        context_(context),
        loaded_(loaded),
        runner_(*loaded.model, {{}, {bio::Output::contacts}},
                {.plan = {.memory = options.memory}, .progress = {.phase = "contacts"}}),
        failures_(context.sink) {
    if (options.structure) structure_ = io::read_structure(*options.structure);
    chain_ = chain_of(options, structure_);
    if (chain_ != nullptr) notes_ = tell_structure_notes(structure_, {chain_}, options.chain, context.sink);
    records_ = records_of(options, structure_, chain_, loaded.model->tokenizer(), context.sink);
    const RunOutput output{options.output.value_or(""), options.resume, options.overwrite};
    std::error_code ignored;
    const bool goes_on = output.resume && std::filesystem::exists(journal_folder(output.path), ignored);
    outputs_.emplace(options, records_, output.overwrite || goes_on ? Standing::replace : Standing::refuse);
    for (ReadRecord& record : records_) fail_unfit(record);
    if (!options.output) return;
    nlohmann::json identity = describe_contacts(loaded);
    identity["input"] = digest_of(records_);
    identity["model_identity"] = loaded.identity;
    if (!is_rr(output.path)) check_contact_format(output.path);
    journal_.emplace(output, identity);
    drop_unlike();
  }

  int run() {
    try {
      work();
    } catch (const Error& error) {
      throw kept(error);
    } catch (const std::bad_alloc&) {
      throw kept(Error(ErrorKind::memory, {"out of memory", {}, "lower --memory"}));
    }
    if (options_.json) {
      ordered_json out{{"records", json_}};
      if (chain_ != nullptr)
        out["structure"] = {{"file", structure_.source}, {"chain", chain_->name}, {"notes", notes_}};
      if (!errors_.empty()) out["errors"] = errors_;
      context_.out << out.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    }
    return failures_.exit_status();
  }

  bool has(std::int64_t key) const override {
    const auto record = static_cast<std::size_t>(key);
    return records_[record].error || is_kept(record);
  }
  void refuse(std::int64_t key, const Error& error) override { records_[static_cast<std::size_t>(key)].error = error; }
  void keep(std::int64_t key, engine::OutputValues contacts) override {
    ReadRecord& record = records_[static_cast<std::size_t>(key)];
    if (contacts.failure) {
      record.error = contacts.failure;
      return;
    }
    const auto values = contacts.of(bio::Output::contacts).values<float>();
    std::vector<float>& fresh = fresh_[static_cast<std::size_t>(key)];
    fresh = {values.begin(), values.end()};
    const std::int64_t n = record.residues();
    if (journal_) journal_->spool().append(key, {{{bio::Output::contacts, 0, {n, n}, fresh}}, std::nullopt});
  }
  std::int64_t batch_kept() override {
    answer_ready();
    return static_cast<std::int64_t>(next_);
  }

 private:
  void drop_unlike() {
    const std::int64_t unlike =
        journal_->spool().drop_unlike([&](std::int64_t record, const formats::Spool::Entry& entry) {
          if (record < 0 || record >= static_cast<std::int64_t>(records_.size()) || entry.items.size() != 1)
            return false;
          const std::int64_t n = records_[static_cast<std::size_t>(record)].residues();
          return entry.items[0].shape == std::vector<std::int64_t>{n, n};
        });
    tell_lost(journal_->spool(), unlike, context_.sink);
  }

  // What can be known to fail before anything is computed.
  void fail_unfit(ReadRecord& record) const {
    if (record.error) return;
    try {
      if (const auto error = runner_.refusal({record.residues(), record.tokens()}))
        throw error->kind() == ErrorKind::memory ? Error(ErrorKind::memory, {error->parts().what, {}, "raise --memory"})
                                                 : *error;
      if (chain_ != nullptr) bio::place(*chain_, letters(loaded_.model->tokenizer(), record.encoded));
    } catch (const Error& error) {
      record.error = error;
    }
  }

  void work() {
    if (journal_ && !is_rr(options_.output.value_or(""))) open_writer();
    runner_.run(jobs_of(records_), *this, context_.sink);
    answer_ready();  // what no batch was needed for
    if (writer_) {
      writer_->finish();
      writer_.reset();
      journal_->publish();
    }
    if (journal_) journal_->remove();
  }

  Error kept(const Error& error) {
    writer_.reset();
    return journal_ ? journal_->kept(error, computable()) : error;
  }

  std::int64_t computable() const {
    return std::count_if(records_.begin(), records_.end(), [](const ReadRecord& record) { return !record.error; });
  }

  void open_writer() {
    ContactWriter::Size size{static_cast<std::int64_t>(records_.size())};
    for (const ReadRecord& record : records_) {
      if (record.error) continue;
      size.residues += record.residues();
      size.tokens += record.tokens();
    }
    writer_.emplace(journal_->unfinished(), loaded_, size);
  }

  bool is_kept(std::size_t record) const {
    return journal_ && journal_->spool().has(static_cast<std::int64_t>(record));
  }

  // Records whose contacts are there, up to the first whose are not.
  void answer_ready() {
    for (; next_ < records_.size(); ++next_) {
      check_interrupted();
      const ReadRecord& record = records_[next_];
      if (record.error) {
        failed(record.id, *record.error);
        continue;
      }
      std::vector<float> probabilities;
      if (auto found = fresh_.extract(next_))
        probabilities = std::move(found.mapped());
      else if (is_kept(next_))
        probabilities = std::move(journal_->spool().read(static_cast<std::int64_t>(next_)).items.at(0).values);
      else
        return;
      try {
        answer(std::move(probabilities));
      } catch (const Error& error) {
        const ErrorKind kind = error.kind();
        if (kind == ErrorKind::io || kind == ErrorKind::internal || kind == ErrorKind::interrupted) throw;
        failed(record.id, error);
      }
    }
  }

  void answer(std::vector<float> probabilities) {
    const ReadRecord& record = records_[next_];
    const ContactResult result = contact_result(record.id, letters(loaded_.model->tokenizer(), record.encoded),
                                                std::move(probabilities), chain_);
    outputs_->write(next_, result, options_.model.value);
    if (writer_) writer_->write(result);
    if (options_.json)
      json_.push_back(to_json(result, top(result, 0)));
    else
      context_.out << to_text(result, top(result, kTextRows));
  }

  std::size_t top(const ContactResult& result, std::size_t otherwise) const {
    const auto asked = options_.top ? static_cast<std::size_t>(*options_.top) : otherwise;
    return asked == 0 ? result.sequence.size() : asked;
  }

  void failed(const std::string& id, const Error& error) {
    failures_.add(id, error);
    errors_.push_back(error_json(id, error));
    if (writer_) writer_->write_failed(id, error);
  }

  const ContactsOptions& options_;
  Context& context_;
  const checkpoints::LoadedModel& loaded_;
  engine::Runner runner_;
  Failures failures_;
  bio::Structure structure_;
  const bio::Chain* chain_ = nullptr;
  std::vector<std::string> notes_;  // on the structure
  std::vector<ReadRecord> records_;
  std::optional<Outputs> outputs_;
  std::optional<RunJournal> journal_;
  std::optional<ContactWriter> writer_;
  std::map<std::size_t, std::vector<float>> fresh_;  // computed, and not answered yet
  std::size_t next_ = 0;                             // record to answer
  ordered_json json_ = ordered_json::array(), errors_ = ordered_json::array();
};

}  // namespace

int run_contacts(const ContactsOptions& options, Context& context, const checkpoints::LoadedModel& loaded) {
  return Run(options, context, loaded).run();
}

}  // namespace groel::tasks
