// Writes the proteins that ESM3 gave to files.
#include "tasks/esm3/results.h"

#include "base/output_place.h"
#include "base/text_file.h"
#include "esm3/structure_file.h"
#include "formats/extension.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

void refuse_standing(const Esm3Options& options) {
  if (options.to_file() && !options.overwrite && output_stands(*options.output))
    throw Error(ErrorKind::usage, {"the file exists already", *options.output, "replace it with --overwrite"});
}

double mean_of(const std::vector<float>& x) {
  double sum = 0;
  for (const float value : x) sum += value;
  return sum / static_cast<double>(x.size());
}

std::string fasta_of(const std::string& id, const ESMProtein& protein, const std::string& said) {
  std::string out = fmt::format(">{} {}", id, said);
  if (!protein.plddt.empty()) out += fmt::format(" plddt={:.3f}", mean_of(protein.plddt));
  if (protein.ptm) out += fmt::format(" ptm={:.3f}", *protein.ptm);
  out += '\n';
  for (std::size_t at = 0; at < protein.sequence->size(); at += 60) out += protein.sequence->substr(at, 60) + '\n';
  return out;
}

ordered_json json_of(const Esm3Result& result) {
  ordered_json out{{"id", result.id}};
  if (const auto* error = std::get_if<ESMProteinError>(&result.protein))
    out["error"] = {{"code", error->error_code}, {"message", error->error_msg}};
  else
    out.update(esm3::json_of(std::get<ESMProtein>(result.protein)));
  return out;
}

std::string structure_text(const Esm3Result& result, Esm3Form form) {
  const auto& protein = std::get<ESMProtein>(result.protein);
  return form == Esm3Form::pdb ? esm3::pdb_of(protein) : esm3::mmcif_of(protein, result.id);
}

// Whether there is something to write; else it is said.
bool writable(const Esm3Result& result, Esm3Form form, Sink& sink) {
  const auto* protein = std::get_if<ESMProtein>(&result.protein);
  if (protein == nullptr) return form == Esm3Form::json;
  const bool there = form == Esm3Form::json ||
                     (form == Esm3Form::fasta ? protein->sequence.has_value() : !protein->coordinates.empty());
  if (!there)
    sink.warning(fmt::format("{}: there is {} to write", result.id,
                             form == Esm3Form::fasta ? "no sequence" : "no structure (some of its tokens are masked)"));
  return there;
}

}  // namespace

Esm3Form form_of(const Esm3Options& options, const std::string& track) {
  if (options.to_file()) {
    static const std::string known[] = {".fasta", ".fa", ".json", ".pdb", ".cif"};
    formats::check_extension(*options.output, known);
    const std::string extension = formats::format_extension(*options.output);
    if (extension == ".json") return Esm3Form::json;
    if (extension == ".pdb") return Esm3Form::pdb;
    if (extension == ".cif") return Esm3Form::mmcif;
    if (!extension.empty()) return Esm3Form::fasta;
  }
  if (options.json || track == "secondary_structure" || track == "sasa" || track == "function") return Esm3Form::json;
  return track == "structure" ? Esm3Form::pdb : Esm3Form::fasta;
}

std::int64_t write_proteins(const std::vector<Esm3Result>& results, const std::string& said, Esm3Form form,
                            const Esm3Options& options, Context& context) {
  std::vector<const Esm3Result*> written;
  for (const Esm3Result& result : results)
    if (writable(result, form, context.sink)) written.push_back(&result);
  const auto lost = static_cast<std::int64_t>(results.size() - written.size());
  if (form == Esm3Form::json) {
    std::vector<ordered_json> records;
    for (const Esm3Result* one : written) records.push_back(json_of(*one));
    write_records(records, options, context);
    return lost;
  }
  const bool structures = form == Esm3Form::pdb || form == Esm3Form::mmcif;
  if (structures && options.to_file()) {
    std::vector<std::string> ids;
    for (const Esm3Result* one : written) ids.push_back(one->id);
    const auto paths = part_paths(*options.output, ids, options.standing());
    for (std::size_t i = 0; i < written.size(); ++i) write_text(paths[i], structure_text(*written[i], form));
    return lost;
  }
  std::string text;
  for (const Esm3Result* one : written)
    text += structures ? structure_text(*one, form) : fasta_of(one->id, std::get<ESMProtein>(one->protein), said);
  if (!options.to_file()) {
    context.out << text;
    return lost;
  }
  refuse_standing(options);
  write_text(*options.output, text);
  return lost;
}

void write_records(const std::vector<ordered_json>& records, const Esm3Options& options, Context& context) {
  const ordered_json all = records.size() == 1 ? records.front() : ordered_json{{"prompts", records}};
  const std::string text = all.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  if (!options.to_file()) {
    context.out << text;
    return;
  }
  refuse_standing(options);
  write_text(*options.output, text);
}

}  // namespace groel::tasks
