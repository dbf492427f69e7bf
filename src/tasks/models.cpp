// groel models: the models that -m accepts, their sizes, and which of them are on this machine.
#include <algorithm>
#include <filesystem>

#include "checkpoints/bundled.h"
#include "checkpoints/model_cache.h"
#include "models/family.h"
#include "models/published.h"
#include "tasks/models/upkeep.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using models::PublishedModel;
using nlohmann::ordered_json;

constexpr const char* kRow = "  {:<34} {:<10} {:>10} {:>9}  {:<8} {:<28} {}\n";
constexpr const char* kDownloadRow = "  {:<30} {:<66} {}\n";

// Of a folder's files, where links lead; of a file.
std::size_t size_of(const std::filesystem::path& folder) {
  std::size_t bytes = 0;
  std::error_code failed;
  if (std::filesystem::is_regular_file(folder, failed)) return std::filesystem::file_size(folder, failed);
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (std::filesystem::is_regular_file(at->path(), failed)) bytes += std::filesystem::file_size(at->path(), failed);
  return bytes;
}

ordered_json bundled_json() {
  ordered_json out = ordered_json::array();
  for (const checkpoints::BundledModel& model : checkpoints::bundled_models()) {
    const auto folder = checkpoints::find_bundled(model);
    out.push_back({{"name", model.name},
                   {"summary", model.summary},
                   {"licence", model.licence},
                   {"bytes", folder ? ordered_json(size_of(*folder)) : ordered_json()},
                   {"path", folder ? ordered_json(folder->string()) : ordered_json()}});
  }
  return out;
}

// Where it is on this machine: path, and what a download that was broken off left out.
ordered_json here_json(const PublishedModel& model) {
  auto found = checkpoints::find_in_hub_cache(std::string(model.id));
  if (!found || !found->lacks.empty())
    if (const auto torch = checkpoints::find_in_torch_cache(std::string(model.name()))) found = torch;
  if (!found) return nullptr;
  return {{"path", found->path.string()},
          {"bytes", size_of(found->path)},
          {"revision", found->revision.empty() ? ordered_json() : ordered_json(found->revision)},
          {"lacks", found->lacks.empty() ? ordered_json() : ordered_json(found->lacks)}};
}

ordered_json direct_json(const std::vector<models::DirectFile>& files) {
  ordered_json out = ordered_json::array();
  for (const models::DirectFile& file : files)
    out.push_back({{"url", file.url}, {"hash", file.hash.empty() ? ordered_json() : ordered_json(file.hash)}});
  return out;
}

ordered_json downloads_json() {
  ordered_json out = ordered_json::array();
  for (const models::Download& one : models::other_downloads())
    out.push_back({{"name", one.name},
                   {"title", one.title},
                   {"id", one.id.empty() ? ordered_json() : ordered_json(one.id)},
                   {"licence", one.licence},
                   {"run_by", one.run_by.empty() ? ordered_json() : ordered_json(one.run_by)},
                   {"terms", one.terms_address.empty() ? ordered_json() : ordered_json(one.terms_address)},
                   {"files", direct_json(one.files)}});
  return out;
}

ordered_json published_json(const models::Family& family) {
  ordered_json out = ordered_json::array();
  for (const PublishedModel& model : models::published_models()) {
    if (model.family != family.name) continue;
    ordered_json aliases = ordered_json::array({model.name()});
    for (const std::string_view alias : model.aliases) aliases.push_back(alias);
    out.push_back({{"name", model.id},
                   {"short_name", model.nickname()},
                   {"aliases", aliases},
                   {"generation", model.generation},
                   {"layers", model.layers},
                   {"width", model.width},
                   {"heads", model.heads},
                   {"parameters", model.parameters()},
                   {"download_bytes", model.file_bytes()},
                   {"licence", model.licence},
                   {"citation", model.citation},
                   {"capabilities", model.capabilities()},
                   {"publisher_files", direct_json(model.direct)},
                   {"here", here_json(model)}});
  }
  return out;
}

ordered_json families_json() {
  ordered_json out = ordered_json::array();
  for (const models::Family& family : models::families())
    out.push_back({{"family", family.name},
                   {"summary", family.summary},
                   {"citation", family.citation},
                   {"checkpoints", published_json(family)}});
  return out;
}

// Models of the cache that are not published ones: somebody's own.
ordered_json others_json() {
  ordered_json out = ordered_json::array();
  for (const std::string& id : checkpoints::cached_ids()) {
    const auto found = models::find_published(id) == nullptr ? checkpoints::find_in_hub_cache(id) : std::nullopt;
    if (found && found->lacks.empty()) out.push_back({{"name", id}, {"path", found->path.string()}});
  }
  return out;
}

std::string here_text(const ordered_json& here) {
  if (here.is_null()) return "-";
  if (!here["lacks"].is_null()) return fmt::format("not complete: lacks {}", here["lacks"].get<std::string>());
  return fmt::format("{} in {} cache", format_bytes(here["bytes"].get<std::size_t>()),
                     here["revision"].is_null() ? "torch hub's" : "the Hugging Face");
}

void print_bundled(const ordered_json& all, std::ostream& out) {
  out << "Bundled, ready to use:\n";
  for (const ordered_json& model : all["bundled"])
    out << fmt::format("  {:<18} {:>9}  {:<11} {}{}\n", model["name"].get<std::string>(),
                       model["bytes"].is_null() ? "" : format_bytes(model["bytes"].get<std::size_t>()),
                       model["licence"].get<std::string>(), model["summary"].get<std::string>(),
                       model["path"].is_null() ? " (not installed)" : "");
}

void print_family(const ordered_json& family, std::ostream& out) {
  out << fmt::format("\nPublished: {}\n", family["summary"].get<std::string>())
      << fmt::format(kRow, "name", "short", "parameters", "download", "licence", "can", "on this machine");
  for (const ordered_json& c : family["checkpoints"])
    out << fmt::format(kRow, c["name"].get<std::string>(), c["short_name"].get<std::string>(),
                       fmt::format("{:.0f} M", c["parameters"].get<double>() / 1e6),
                       format_bytes(c["download_bytes"].get<std::size_t>()), c["licence"].get<std::string>(),
                       listed(c["capabilities"].get<std::vector<std::string>>()), here_text(c["here"]));
}

void print_downloads(const ordered_json& all, std::ostream& out) {
  const auto list = [&](bool run, const char* title) {
    out << title;
    ordered_json last;  // a line that says how to run one stands below the first of them
    for (const ordered_json& one : all["downloads"]) {
      if (one["run_by"].is_null() == run) continue;
      out << fmt::format(kDownloadRow, one["name"].get<std::string>(), one["title"].get<std::string>(),
                         one["licence"].get<std::string>() + (one["terms"].is_null() ? "" : ", to be accepted"));
      if (run && one["run_by"] != last) out << fmt::format("  {:<30} {}\n", "", one["run_by"].get<std::string>());
      last = one["run_by"];
    }
  };
  list(true, "\nStructures, downloaded by `groel pull NAME` and run by `groel fold`:\n");
  list(false, "\nDownloaded by `groel pull NAME`, not yet run by this version:\n");
}

void print_rest(const ordered_json& all, std::ostream& out) {
  if (!all["cached"].empty()) out << "\nOther models of these families in the Hugging Face cache:\n";
  for (const ordered_json& model : all["cached"]) out << fmt::format("  {}\n", model["name"].get<std::string>());
  out << "\n-m takes each of these names (with or without \"facebook/\", also their short names), a Hugging Face\n"
         "folder, or a fair-esm .pt file. `groel pull NAME` gets one that is not here. Downloads are four bytes per\n"
         "parameter; a repository may hold the weights in two forms.\n"
      << fmt::format("Looked in: {} and {}\n", all["hub_cache"].get<std::string>(),
                     all["torch_cache"].get<std::string>())
      << fmt::format("Not yet run: {}.\n", listed(all["not_supported"].get<std::vector<std::string>>(), 12));
}

int run(const ModelsOptions& options, Context& context) {
  if (options.look_after()) return look_after_cache(options, context);
  const ordered_json all = {{"bundled", bundled_json()},
                            {"families", families_json()},
                            {"cached", others_json()},
                            {"downloads", downloads_json()},
                            {"hub_cache", checkpoints::hub_cache().string()},
                            {"torch_cache", checkpoints::torch_cache().string()},
                            {"not_supported", models::other_families()}};
  if (options.json) {
    context.out << all.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    return 0;
  }
  print_bundled(all, context.out);
  for (const ordered_json& family : all["families"]) print_family(family, context.out);
  print_downloads(all, context.out);
  print_rest(all, context.out);
  return 0;
}

}  // namespace

Task models_task() {
  return {.name = "models",
          .summary = "List the models that -m takes, their sizes, and which are on this machine",
          .description =
              "Bundled models, published ones with parameters, download and licence, and what the caches of "
              "huggingface_hub and torch hub hold already. `groel pull` downloads one.",
          .examples = {{"groel models", "a table"}, {"groel models --json", "for programs"}},
          .options = option_table<ModelsOptions>(),
          .run = entry<ModelsOptions, run>};
}

}  // namespace groel::tasks
