// groel open: a result as a page to look at.
#include <filesystem>

#include "base/text_file.h"
#include "base/version.h"
#include "report/app_page.h"
#include "tasks/open/options.h"
#include "tasks/structure/options.h"
#include "tasks/structure/prediction_files.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

bool ends_in(std::string name, std::initializer_list<const char*> extensions) {
  for (const char* packed : {".gz", ".zst", ".xz"})
    if (name.ends_with(packed)) name.resize(name.size() - std::string_view(packed).size());
  return std::any_of(extensions.begin(), extensions.end(), [&](const char* one) { return name.ends_with(one); });
}

// ESM3's JSON holds proteins with coordinates.
bool holds_structure(const std::string& path) {
  if (fs::is_directory(path) || ends_in(path, {".pdb", ".cif", ".ent", ".mmcif"})) return true;
  if (!ends_in(path, {".json"})) return false;
  const std::string text = read_text(path, std::size_t{1} << 30);
  return text.find("\"coordinates\"") != std::string::npos;
}

ResultJson opened(const std::string& path) {
  if (ends_in(path, {".json"})) return opened_json(path);
  if (auto contacts = opened_contacts(path)) return std::move(*contacts);
  if (ends_in(path, {".csv", ".tsv", ".txt"})) return opened_table(path);
  return opened_vectors(path);
}

// Beside where one works, under the result's whole name: pictures of the same run have its stem.
std::string page_name(const OpenOptions& options) {
  if (!options.output.empty()) return options.output;
  fs::path path(options.input.front());
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string() + ".html";
}

void open_structure(const std::string& path, const std::string& page, const OpenOptions& options, Context& context) {
  StructureOptions how;
  how.input = {"show", path};
  how.output = page;
  how.overwrite = options.overwrite;
  how.samples = 50;
  show_structure(how, context);
}

void open_result(const std::string& path, const std::string& page, Context& context) {
  report::check_result_pages();
  ResultJson result = opened(path);
  result["source"] = fs::path(path).filename().string();
  result["version"] = kVersion;
  for (const nlohmann::json& note : result["notes"]) context.sink.note(path + ": " + note.get<std::string>());
  const std::string text = report::result_page(result);
  write_text(page, text);
  context.sink.note(fmt::format("{}: {:.1f} MB; it needs no network", page, static_cast<double>(text.size()) / 1e6));
}

int run(const OpenOptions& options, Context& context) {
  if (options.input.size() != 1) throw Error(ErrorKind::usage, "name one result");
  const std::string path = options.input.front(), page = page_name(options);
  if (!page.ends_with(".html"))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no name of a page", page), "--output", "it ends in .html"});
  if (!fs::exists(path)) throw Error(ErrorKind::not_found, {"there is no such file or folder", path, {}});
  check_free(page, options.standing());
  if (holds_structure(path))
    open_structure(path, page, options, context);
  else
    open_result(path, page, context);
  const std::string where = fs::absolute(page).lexically_normal().string();
  if (options.json)
    context.out << nlohmann::ordered_json{{"input", path}, {"page", where}}.dump(2) << '\n';
  else
    context.out << where << '\n';
  return 0;
}

}  // namespace

void OpenOptions::declare(OptionBinder& to) {
  to(input,
     {.name = "input",
      .type = OptionType::paths,
      .help = "A result: embeddings (HDF5, NPZ, safetensors, JSON Lines), contacts (also .rr), a table (CSV, TSV, "
              "JSON) of scores, predictions or anything else, a structure, or a folder of `groel fold`",
      .value_name = "RESULT",
      .required = true});
  to(output, {.name = "output",
              .letter = 'o',
              .help = "Page to write (default: the result's name with .html, in this folder)",
              .value_name = "FILE",
              .writes = Writes::file,
              .extensions = {".html"},
              .aliases = {"out"}});
  to(overwrite, overwrite_option());
  to(threads, threads_option());
  to(json, json_option());
}

Task open_task() {
  return {
      .name = "open",
      .summary = "A result as a page to look at: embeddings, scans, contacts, predictions, folds",
      .description =
          "Writes one HTML file that needs no network and says where it is: a map of embeddings with their nearest\n"
          "neighbours, substitutions as a heat map, contacts, structures in three dimensions with their confidence, "
          "and\n"
          "tables to sort, filter and chart. The page `groel serve` has at / shows the same of what a model computes.",
      .examples = {{"groel embed examples/proteins.fasta -o e.h5 && groel open e.h5", "writes e.h5.html"},
                   {"groel score examples/proteins.fasta --record P01542 --scan -o scan.csv && groel open scan.csv",
                    "every substitution"},
                   {"groel open examples/1CRN.cif -o crambin.html", "a structure"}},
      .options = option_table<OpenOptions>(),
      .run = entry<OpenOptions, run>};
}

}  // namespace groel::tasks
