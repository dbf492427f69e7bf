// groel contacts: which residues touch, as a model sees it and as a structure shows it.
#include <algorithm>
#include <filesystem>

#include "base/interrupt.h"
#include "base/text_file.h"
#include "engine/bundled.h"
#include "engine/plan.h"
#include "io/structure.h"
#include "report/picture.h"
#include "tasks/contacts/figures.h"
#include "tasks/contacts/structure_maps.h"
#include "tasks/contacts/writer.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/output_name.h"
#include "tasks/reading/picture.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kTextRows = 10;

std::vector<OptionSpec> option_table() {
  OptionSpec input = sequences_option();
  input.required = false;
  input.help += "; without one the sequence of --structure's chain is taken";
  std::vector<OptionSpec> table{
      input,
      model_option(),
      record_option(),
      table_option(
          "File to write: .h5, .npz, .safetensors or .jsonl as `groel embed` does, or .rr (CASP's RR, one file "
          "a record)"),
      overwrite_option(),
      picture_option("Maps, one a record"),
      {.name = "structure",
       .letter = 's',
       .help = "Compare with this structure: mmCIF or PDB (also .gz, .zst)",
       .value_name = "FILE"},
      {.name = "chain",
       .type = OptionType::list,
       .help = "Chain of the structure (default: the first); with --from-structure also two, as A,B",
       .value_name = "NAME"},
      {.name = "from-structure",
       .type = OptionType::flag,
       .help = "No prediction: the contacts of --structure alone, within a chain or between two"},
      {.name = "top",
       .type = OptionType::integer,
       .help = "Likeliest contacts to list; 0: as many as the protein has residues (default: 10; with --json 0)",
       .value_name = "N"},
      memory_option()};
  for (OptionSpec& spec : std::vector{dtype_option(), threads_option(), json_option()})
    table.push_back(std::move(spec));
  return table;
}

// What a run was asked to leave behind, a file a record.
struct Outputs {
  std::vector<std::filesystem::path> rr, pictures;

  Outputs() = default;
  Outputs(const Options& options, const std::vector<ReadRecord>& records) {
    const Standing standing = options.flag("overwrite") ? Standing::replace : Standing::refuse;
    std::vector<std::string> ids;
    for (const ReadRecord& record : records) ids.push_back(record.id);
    if (is_rr(options.text("output"))) rr = part_paths(options.text("output"), ids, standing);
    pictures = part_paths(options.text("picture"), ids, standing);
  }
  void write(std::size_t record, const ContactResult& result) const {
    if (!rr.empty()) write_text(rr[record], to_rr(result));
    if (!pictures.empty()) report::write_picture(contact_figure(result), pictures[record]);
  }
};

const bio::Chain* chain_of(const Options& options, const bio::Structure& structure) {
  const std::vector<std::string> names = options.list("chain");
  if (structure.chains.empty()) {
    if (!names.empty()) throw Error(ErrorKind::usage, {"no structure is named", "--chain", "add --structure FILE"});
    return nullptr;
  }
  if (names.size() > 1)
    throw Error(ErrorKind::usage, {"two chains are for --from-structure alone", "--chain", "name one"});
  return &structure.chain(names.empty() ? std::string() : names.front());
}

ReadRecord record_of(const bio::Structure& structure, const bio::Chain& chain, const bio::Tokenizer& tokenizer) {
  const std::string id = std::filesystem::path(structure.source).stem().stem().string() + "_" + chain.name;
  return {id, tokenizer.encode(chain.sequence).ids, {}};
}

std::vector<ReadRecord> records_of(const Options& options, const bio::Structure& structure, const bio::Chain* chain,
                                   const bio::Tokenizer& tokenizer) {
  if (!options.list("input").empty()) return read_records(options, tokenizer);
  if (chain == nullptr)
    throw Error(ErrorKind::usage, {"nothing to predict", {}, "name a FASTA file, a sequence or --structure FILE"});
  return {record_of(structure, *chain, tokenizer)};
}

class Run {
 public:
  Run(const Options& options, Context& context, const engine::LoadedModel& loaded)
      : options_(options),
        context_(context),
        loaded_(loaded),
        plan_(*loaded.model, {.contacts = true}, {.memory = options.bytes("memory"), .max_tokens = {}}),
        failures_(context.sink) {
    if (options.has("structure")) structure_ = io::read_structure(options.text("structure"));
    chain_ = chain_of(options, structure_);
    records_ = records_of(options, structure_, chain_, loaded.model->tokenizer());
    outputs_ = Outputs(options, records_);
    if (options.has("output") && !is_rr(options.text("output"))) {
      std::int64_t residues = 0;
      for (const ReadRecord& record : records_)
        if (!record.error) residues += record.residues();
      writer_.emplace(options.text("output"), loaded, static_cast<std::int64_t>(records_.size()), residues);
    }
  }

  int run() {
    for (std::size_t r = 0; r < records_.size(); ++r) {
      check_interrupted();
      try {
        one(r);
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::io || error.kind() == ErrorKind::internal) throw;
        failed(records_[r].id, error);
      }
    }
    if (writer_) writer_->finish();
    if (options_.flag("json")) {
      ordered_json out{{"records", json_}};
      if (!errors_.empty()) out["errors"] = errors_;
      context_.out << out.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    }
    return failures_.exit_status();
  }

 private:
  void one(std::size_t at) {
    const ReadRecord& record = records_[at];
    if (record.error) throw Error(*record.error);
    const auto tokens = static_cast<std::int64_t>(record.tokens.size());
    if (!plan_.fits(tokens)) throw Error(plan_.too_large(tokens));
    const ContactResult result = predict_contacts(*loaded_.model, record, chain_);
    outputs_.write(at, result);
    if (writer_) writer_->write(result);
    if (options_.flag("json"))
      json_.push_back(to_json(result, top(result, 0)));
    else
      context_.out << to_text(result, top(result, kTextRows));
  }

  std::size_t top(const ContactResult& result, std::size_t otherwise) const {
    const auto asked = options_.has("top") ? static_cast<std::size_t>(options_.integer("top")) : otherwise;
    return asked == 0 ? result.sequence.size() : asked;
  }

  void failed(const std::string& id, const Error& error) {
    failures_.add(id, error);
    errors_.push_back(error_json(id, error));
    if (writer_) writer_->write_failed(id, error);
  }

  const Options& options_;
  Context& context_;
  const engine::LoadedModel& loaded_;
  engine::MemoryPlan plan_;
  Failures failures_;
  bio::Structure structure_;
  const bio::Chain* chain_ = nullptr;
  std::vector<ReadRecord> records_;
  Outputs outputs_;
  std::optional<ContactWriter> writer_;
  ordered_json json_ = ordered_json::array(), errors_ = ordered_json::array();
};

const models::Model& require_head(const models::Model& model) {
  const std::vector<std::string> have = model.capabilities();
  if (std::find(have.begin(), have.end(), models::ContactPredictor::kName) == have.end())
    throw Error(ErrorKind::unsupported,
                {"this model has no contact head", "--model",
                 "give it one from known structures: groel fit-contacts STRUCTURES -m MODEL -o DIR"});
  return model;
}

int run(const Options& options, Context& context) {
  apply_threads(options);
  check_table_output(options);
  check_picture(options);
  if (options.has("top") && options.integer("top") < 0)
    throw Error(ErrorKind::usage, {"a number from 0 on", "--top", "0 shows as many as residues"});
  if (options.flag("from-structure")) {
    if (!options.has("structure")) throw Error(ErrorKind::usage, {"no structure is named", "--structure", {}});
    return map_structure(options, context);
  }
  if (options.text("output") == "-")
    throw Error(ErrorKind::usage, {"matrices go to a file", "--output", "name one, or use --json for stdout"});
  const auto loaded =
      engine::load_model(engine::resolve_model(options.text("model")), engine::parse_precision(options.text("dtype")));
  require_head(*loaded.model);
  return Run(options, context, loaded).run();
}

}  // namespace

Task contacts_task() {
  return {.name = "contacts",
          .summary = "Predict which residues touch, and compare with structures",
          .description =
              "Contact probabilities by the model's contact head, from its attention maps. Against a structure: the "
              "part of the likeliest L, L/2 and L/5 pairs whose Cβ (of glycine Cα) are within 8 Å, for pairs 6 to 11, "
              "12 to 23, and 24 and more residues apart; residues without coordinates are left out. "
              "--from-structure maps a structure alone, one chain or between two.",
          .examples = {{"groel contacts examples/proteins.fasta --record P01542 --picture crambin.svg",
                        "of crambin, with a picture"},
                       {"groel contacts examples/proteins.fasta -o contacts.h5", "of all, to HDF5"},
                       {"groel contacts -s examples/1CRN.cif --picture compared.svg -o crambin.rr",
                        "against crambin's structure, and as CASP's RR"},
                       {"groel contacts -s examples/1CRN.cif --from-structure --picture structure.svg",
                        "the structure alone"}},
          .options = option_table(),
          .run = run};
}

}  // namespace groel::tasks
