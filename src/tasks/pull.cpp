// groel pull: downloads a model, from the hub into the cache that Python's tools share, or from its publisher.
#include "checkpoints/model_cache.h"
#include "hub/environment.h"
#include "tasks/pull/download.h"
#include "tasks/reading/hub_name.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct PullOptions {
  std::vector<std::string> name, files;
  std::string source;
  std::int64_t connections = 0;
  bool accept_terms = false, json = false;

  void declare(OptionBinder& to) {
    to(name,
       {.name = "name",
        .type = OptionType::paths,
        .help = "A name that `groel models` lists, or owner/name of the hub; @REVISION after it for another than main",
        .value_name = "MODEL[@REVISION]",
        .required = true});
    to(source, {.name = "source",
                .help = "Where it comes from: the hub (HF_ENDPOINT), or its publisher's own address, as fair-esm's .pt "
                        "files, which go where fair-esm looks for them",
                .otherwise = "hub",
                .choices = {"hub", "publisher"}});
    to(files, {.name = "files",
               .help = "These files of the repository alone, instead of what a model needs",
               .value_name = "PATHS"});
    to(connections, {.name = "connections",
                     .help = "Parts of a file that are downloaded at once, at most",
                     .otherwise = 4,
                     .value_name = "N"});
    to(accept_terms, {.name = "accept-terms", .help = "Accepts the terms under which the files are given, if any"});
    to(json, json_option());
  }

  hub::DownloadSettings settings() const { return {.connections = static_cast<int>(connections)}; }
};

void check(const PullOptions& options) {
  if (options.name.size() > 1)
    throw Error(ErrorKind::usage, {"one model is downloaded at a time", options.name[1], {}});
  constexpr std::int64_t kMost = 32;
  if (options.connections < 1 || options.connections > kMost)
    throw Error(ErrorKind::usage,
                {fmt::format("{} is not from 1 to {}", options.connections, kMost), "`connections`", {}});
}

void print(const PullOptions& options, Context& context, const ordered_json& json, const std::string& text) {
  context.out << (options.json ? json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n" : text);
}

int pull_from_hub(const PullOptions& options, Context& context) {
  const std::string& text = options.name.front();
  const auto at = text.find('@');
  hub::PullRequest request{.id = hub_name(text.substr(0, at)), .files = options.files, .download = options.settings()};
  if (at != std::string::npos) request.revision = text.substr(at + 1);
  const hub::PulledModel model = download_model(request, context.sink);
  print(options, context,
        {{"model", request.id},
         {"revision", request.revision},
         {"commit", model.commit},
         {"path", model.folder.string()},
         {"files", model.files},
         {"downloaded_bytes", model.received}},
        fmt::format("{}: revision {}, {}, {} downloaded\n{}\n", request.id, model.commit.substr(0, 12),
                    counted(model.files.size(), "file"), format_bytes(model.received), model.folder.string()));
  return 0;
}

void require_accepted(const models::Download& download, const PullOptions& options, const Context& context) {
  if (download.terms.empty() || options.accept_terms) return;
  const std::string terms = fmt::format("{} come under {}: {}. The whole text: {}", download.title, download.licence,
                                        download.terms, download.terms_address);
  if (context.downloads.ask && context.downloads.ask(terms + "\nDo you accept these terms?")) return;
  throw Error(ErrorKind::usage, {"the terms have to be accepted before: " + terms, std::string(download.name),
                                 "if you accept them, add --accept-terms"});
}

int pull_files(const PullOptions& options, Context& context, const std::vector<models::DirectFile>& files,
               const std::filesystem::path& folder) {
  const DirectDownload got = download_files(files, folder, options.settings(), context.sink);
  ordered_json json{{"model", options.name.front()}, {"path", folder.string()}};
  std::string text = fmt::format("{}: {}, {} downloaded\n", options.name.front(), counted(files.size(), "file"),
                                 format_bytes(got.received));
  for (const models::DirectFile& file : files) {
    const bool checked = !file.hash.empty();
    json["files"].push_back(
        {{"name", file.name()}, {"url", file.url}, {"hash", checked ? ordered_json(file.hash) : ordered_json()}});
    text += fmt::format("{}  ({})\n", (folder / file.name()).string(),
                        checked ? file.hash : "no published hash: not checked");
  }
  json["downloaded_bytes"] = got.received;
  print(options, context, json, text);
  return 0;
}

int pull_from_publisher(const PullOptions& options, Context& context) {
  const models::PublishedModel* model = models::find_published(options.name.front());
  if (model != nullptr && !model->direct.empty())
    return pull_files(options, context, model->direct, checkpoints::torch_cache());
  throw Error(ErrorKind::not_found, {"no address of a publisher is known of it", options.name.front(),
                                     "get it from the hub: leave --source out"});
}

int run(const PullOptions& options, Context& context) {
  check(options);
  const models::Download* download = models::find_download(options.name.front());
  if (download == nullptr)
    return options.source == "hub" ? pull_from_hub(options, context) : pull_from_publisher(options, context);
  if (download->run_by.empty())
    context.sink.note(
        fmt::format("this version of GroEL does not run {}: it only downloads the files", download->title));
  else
    context.sink.note(fmt::format("{} is run by `{}`", download->title, download->run_by));
  if (!download->id.empty()) return pull_from_hub(options, context);
  require_accepted(*download, options, context);
  return pull_files(options, context, download->files, hub::downloads_folder() / download->name);
}

}  // namespace

Task pull_task() {
  return {
      .name = "pull",
      .summary = "Download a model into the cache that Python's tools share",
      .description =
          "Downloads what a model of the Hugging Face hub needs: its weights in one form, its configuration and its "
          "tokenizer. It goes into the cache of huggingface_hub, where -m finds it by its name, as Transformers does. "
          "A download that was broken off is gone on with; every file is checked by its hash. HF_ENDPOINT names a "
          "mirror, HF_TOKEN opens what needs an account, HF_HOME or HF_HUB_CACHE says where the cache is, https_proxy "
          "names a proxy, SSL_CERT_FILE its certificates; with HF_HUB_OFFLINE=1 nothing is asked for. "
          "docs/getting-models.md has all of it, and what happens when something goes wrong.",
      .examples = {{"groel pull esm2-8m", "a published model by its short name"},
                   {"groel pull facebook/esm2_t33_650M_UR50D@main --json", "for programs"},
                   {"groel pull esm1v-1 --source publisher", "fair-esm's own file"}},
      .options = option_table<PullOptions>(),
      .run = entry<PullOptions, run>};
}

}  // namespace groel::tasks
