// groel pull: downloads a model of the Hugging Face hub into the cache that Python's tools share.
#include <chrono>

#include "hub/pull.h"
#include "tasks/reading/hub_name.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

struct PullOptions {
  std::vector<std::string> model, files;
  std::int64_t connections = 0;
  bool json = false;

  void declare(OptionBinder& to) {
    to(model,
       {.name = "model",
        .type = OptionType::paths,
        .help = "A name that `groel models` lists, or owner/name of the hub; @REVISION after it for another than main",
        .value_name = "MODEL[@REVISION]",
        .required = true});
    to(files, {.name = "files",
               .help = "These files of the repository alone, instead of what a model needs",
               .value_name = "PATHS"});
    to(connections, {.name = "connections",
                     .help = "Parts of a file that are downloaded at once",
                     .otherwise = 4,
                     .value_name = "N"});
    to(json, json_option());
  }
};

void check(const PullOptions& options) {
  if (options.model.size() > 1)
    throw Error(ErrorKind::usage, {"one model is downloaded at a time", options.model[1], {}});
  constexpr std::int64_t kMost = 32;
  if (options.connections < 1 || options.connections > kMost)
    throw Error(ErrorKind::usage,
                {fmt::format("{} is not from 1 to {}", options.connections, kMost), "`connections`", {}});
}

hub::PullRequest request_of(const PullOptions& options, Context& context) {
  const std::string& text = options.model.front();
  const auto at = text.find('@');
  hub::PullRequest request{.id = hub_name(text.substr(0, at))};
  if (at != std::string::npos) request.revision = text.substr(at + 1);
  request.files = options.files;
  request.download.connections = static_cast<int>(options.connections);
  request.say = [&context](const std::string& note) { context.sink.note(note); };
  return request;
}

// Megabytes; the rate is that of this run, whatever was there before.
class Meter {
 public:
  explicit Meter(Sink& sink) : sink_(sink) {}
  void show(const hub::PullProgress& at) {
    if (first_ < 0) first_ = megabytes(at.bytes);
    sink_.progress({.phase = "downloading",
                    .done = megabytes(at.bytes),
                    .total = megabytes(at.total),
                    .tokens = megabytes(at.bytes) - first_,
                    .total_tokens = megabytes(at.total) - first_,
                    .seconds = std::chrono::duration<double>(Clock::now() - start_).count(),
                    .unit = "MB",
                    .token_unit = "MB",
                    .detail = at.file});
  }

 private:
  using Clock = std::chrono::steady_clock;
  static std::int64_t megabytes(std::uint64_t bytes) { return static_cast<std::int64_t>(bytes / 1'000'000); }

  Sink& sink_;
  Clock::time_point start_ = Clock::now();
  std::int64_t first_ = -1;
};

int run(const PullOptions& options, Context& context) {
  check(options);
  hub::PullRequest request = request_of(options, context);
  Meter meter(context.sink);
  request.progress = [&meter](const hub::PullProgress& at) { meter.show(at); };
  const hub::PulledModel model = hub::pull_model(hub::Cache(), request, hub::HubAccess{});
  context.sink.progress_done();
  if (options.json)
    context.out << nlohmann::ordered_json{{"model", request.id},    {"revision", request.revision},
                                          {"commit", model.commit}, {"path", model.folder.string()},
                                          {"files", model.files},   {"downloaded_bytes", model.received}}
                       .dump(2)
                << '\n';
  else
    context.out << fmt::format("{}: revision {}, {}, {} downloaded\n{}\n", request.id, model.commit.substr(0, 12),
                               counted(model.files.size(), "file"), format_bytes(model.received),
                               model.folder.string());
  return 0;
}

}  // namespace

Task pull_task() {
  return {
      .name = "pull",
      .summary = "Download a model into the cache that Python's tools share",
      .description =
          "Downloads what a model of the Hugging Face hub needs: its weights in one form, its configuration and its "
          "tokenizer. It goes into the cache of huggingface_hub, where -m finds it by its name, as Transformers does. "
          "A "
          "download that was broken off is gone on with; every file is checked by its hash. HF_ENDPOINT names a "
          "mirror, "
          "HF_TOKEN opens what needs an account, HF_HOME or HF_HUB_CACHE says where the cache is, https_proxy names a "
          "proxy, SSL_CERT_FILE its certificates; with HF_HUB_OFFLINE=1 nothing is asked for.",
      .examples = {{"groel pull esm2_t6_8M_UR50D", "a published model by its name"},
                   {"groel pull facebook/esm2_t33_650M_UR50D@main --json", "for programs"}},
      .options = option_table<PullOptions>(),
      .run = entry<PullOptions, run>};
}

}  // namespace groel::tasks
