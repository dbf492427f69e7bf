// Reads what is to be folded, and has the command do it.
#include "tasks/serve/fold_request.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "base/error.h"
#include "base/text_file.h"
#include "models/published.h"
#include "structure_models/esmfold/sequence.h"
#include "tasks/fold/jobs.h"
#include "tasks/fold/network.h"
#include "tasks/fold/options.h"
#include "tasks/fold/sequence_network_files.h"

namespace groel::tasks {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

struct FoldField {
  const char* option;
  std::int64_t most;  // of numbers: a request is not to take days
};
constexpr std::array kFields{
    FoldField{"num-recycles", 64},          FoldField{"num-seeds", 32},       FoldField{"num-diffusion-samples", 32},
    FoldField{"num-diffusion-steps", 1000}, FoldField{"num-msa", 16384},      FoldField{"linker", 1000},
    FoldField{"residue-offset", 100'000},   FoldField{"arrays", 0},           FoldField{"save-embeddings", 0},
    FoldField{"save-distogram", 0},         FoldField{"ideal-coordinates", 0}};

[[noreturn]] void refuse_field(const std::string& what, const char* field, const std::string& remedy = {}) {
  throw Error(ErrorKind::usage, {what, fmt::format("`{}`", field), remedy});
}

const Task& fold_command() {
  return *std::ranges::find(tasks(), "fold", [](const Task& task) { return task.name; });
}

// Files of this machine are no business of clients: what names one is refused.
void refuse_paths(const json& value, const std::string& where) {
  if (value.is_string() && value.get<std::string>().starts_with("FILE_"))
    refuse_field(fmt::format("{} names a file of the server", where), "job", "give what is in it");
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i) refuse_paths(value[i], fmt::format("{}[{}]", where, i));
  if (!value.is_object()) return;
  for (const auto& [name, inside] : value.items()) {
    const std::string here = where.empty() ? name : where + "." + name;
    if (name.ends_with("Path") || name.ends_with("_path") || name.ends_with("_dir"))
      refuse_field(fmt::format("{} names a file of the server", here), "job",
                   "give what is in it, without Path in the name");
    refuse_paths(inside, here);
  }
}

// "MKT:GAV" as the chains of a job that has no alignments.
json job_of(const std::string& sequence) {
  json chains = json::array();
  std::istringstream text(sequence);
  for (std::string chain; std::getline(text, chain, ':');) {
    std::transform(chain.begin(), chain.end(), chain.begin(), [](unsigned char c) { return std::toupper(c); });
    const std::string id(1, static_cast<char>('A' + chains.size() % 26));
    chains.push_back({{"protein",
                       {{"id", std::string(chains.size() / 26 + 1, id[0])},
                        {"sequence", chain},
                        {"unpairedMsa", ""},
                        {"pairedMsa", ""},
                        {"templates", json::array()}}}});
  }
  return {{"dialect", "alphafold3"}, {"version", 1}, {"name", "request"}, {"modelSeeds", {1}}, {"sequences", chains}};
}

}  // namespace

bool is_fold_model(const std::string& name) { return names_fold_network(name) || names_sequence_network(name); }

void require_fold_model(const std::string& name) {
  if (!names_fold_network(name)) return (void)find_sequence_network(name);
  (void)fold_weights(bound<FoldOptions>(Options(fold_command().options, {{"model", name}})));
}

FoldRequest::FoldRequest(Call& call) : model_(call.served.fold_model), of_jobs_(names_fold_network(model_)) {
  for (const auto& [name, value] : call.body.items()) {
    if (name == "sequence" || name == "sequences" || name == "job" || value.is_null()) continue;
    const auto known = std::ranges::find(kFields, name, [](const FoldField& one) { return field_name(one.option); });
    if (known == kFields.end())
      refuse_field("there is no such field", name.c_str(), "/openapi.json says what there is");
    if (known->most > 0) (void)call.integer(name.c_str(), 0, 0, known->most);
    given_[known->option] = value;
  }
  const int kinds =
      int{call.body.contains("sequence")} + int{call.body.contains("sequences")} + int{call.body.contains("job")};
  if (kinds != 1) refuse_field("one of sequence, sequences and job is folded", "sequence");
  if (call.body.contains("job"))
    take_job(call);
  else
    take_sequences(call);
}

void FoldRequest::take_sequences(Call& call) {
  const char* const field = call.body.contains("sequence") ? "sequence" : "sequences";
  const std::vector<std::string> texts = call.texts(field);
  if (field == std::string("sequence") && texts.size() != 1)
    refuse_field("it is one sequence", field, "use `sequences`");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].find_first_of(">\n\r") != std::string::npos) refuse_field("a sequence is one line of residues", field);
    try {
      call.tokens += structure_models::esmfold_sequence(texts[i], {}).residues();
    } catch (const Error& error) {
      throw error.at(fmt::format("sequence {}", i));
    }
  }
  if (of_jobs_) {
    json jobs = json::array();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      jobs.push_back(job_of(texts[i]));
      if (texts.size() > 1) jobs.back()["name"] = fmt::format("sequence-{}", i);
    }
    if (jobs.size() > 1) refuse_field("this network folds a job at a time", field, "send a request for each");
    file_ = "job.json", text_ = jobs.front().dump();
    return;
  }
  file_ = "sequences.fasta";
  for (std::size_t i = 0; i < texts.size(); ++i)
    text_ +=
        texts.size() == 1 ? fmt::format(">sequence\n{}\n", texts[i]) : fmt::format(">sequence-{}\n{}\n", i, texts[i]);
}

void FoldRequest::take_job(Call& call) {
  const json& job = call.body["job"];
  if (!of_jobs_) refuse_field("this server folds sequences", "job", "use `sequence` or `sequences`");
  if ((!job.is_object() && !job.is_array()) || job.empty()) refuse_field("it is a job as AlphaFold 3's JSON", "job");
  refuse_paths(job, "");
  call.inputs = job.is_array() ? std::ssize(job) : 1;
  file_ = "job.json", text_ = job.dump();
}

json FoldRequest::options(const fs::path& input, const fs::path& results) const {
  json out = given_;
  out["input"] = {(input / file_).string()};
  out["output"] = results.string();
  out["model"] = model_;
  if (of_jobs_)
    out["no-data-pipeline"] = true;
  else
    out["json"] = true;
  return out;
}

void FoldRequest::write(const fs::path& folder) const {
  write_text(folder / file_, text_);
  const Options all(fold_command().options, options(folder, folder));
  const auto fold = bound<FoldOptions>(all);
  check_fold_options(fold);
  if (!of_jobs_) return;
  std::ostringstream nothing;
  Sink nobody;
  Context context{nothing, nobody};
  try {
    (void)read_fold_jobs(fold, context);
  } catch (const Error& error) {  // of a file that is no client's
    const std::string path = (folder / file_).string();
    std::string where = error.parts().where;
    if (where.starts_with(path)) where.replace(0, path.size(), "job");
    throw Error(error.kind(), {error.parts().what, where, error.parts().remedy});
  }
}

ordered_json FoldRequest::run(const JobContext& context) const {
  std::ostringstream said;
  Context with{said, context.sink, &context.session};
  const int status =
      run_task(fold_command(), Options(fold_command().options, options(context.input, context.results)), with);
  ordered_json result = ordered_json::parse(said.str(), nullptr, false);
  if (result.is_discarded()) result = nullptr;
  if (result.is_object() && result.contains("structures"))
    for (ordered_json& one : result["structures"]) one.erase("made_from");
  if (status != 0 && (result.is_null() || result["structures"].empty()))
    throw Error(ErrorKind::bad_input, "nothing was folded: the messages say why");
  return result;
}

ordered_json FoldRequest::fields() {
  ordered_json out{
      {"sequence",
       field("string", "Residues; chains are joined by ':'. A network of jobs folds it without alignments")},
      {"sequences",
       {{"type", "array"}, {"items", {{"type", "string"}}}, {"description", "Several, by an ESMFold or a MiniFold"}}},
      {"job",
       {{"type", "object"},
        {"description",
         "A job as AlphaFold 3's JSON (also the AlphaFold Server's and Protenix's), for a network "
         "of jobs; it brings its alignments and templates along, and names no files"}}}};
  for (const FoldField& one : kFields) {
    out[field_name(one.option)] = option_field("fold", one.option);
    if (one.most > 0) out[field_name(one.option)]["maximum"] = one.most;
  }
  return out;
}

}  // namespace groel::tasks
