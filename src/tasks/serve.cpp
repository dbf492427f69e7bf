// groel serve: a model behind HTTP, for a group that shares a machine.
#include "tasks/serve/server.h"

namespace groel::tasks {
namespace {

void check(const ServeOptions& options) {
  const auto above = [](std::int64_t value, const char* option) {
    if (value < 1) throw Error(ErrorKind::usage, {"it is above 0", option, {}});
  };
  if (options.port < 0 || options.port > 65535)
    throw Error(ErrorKind::usage, {"a port is a number from 0 to 65535", "--port", {}});
  above(options.timeout, "--timeout");
  above(options.batch_tokens, "--batch-tokens");
  above(options.waiting_tokens, "--max-waiting");
  above(options.most_inputs, "--max-inputs");
  above(options.connections, "--connections");
  above(options.waiting_jobs, "--max-waiting-jobs");
  above(options.kept_jobs, "--max-kept-jobs");
}

int run(const ServeOptions& options, Context& context) {
  check(options);
  const ServedParts parts(options, context.sink);
  serve(options, parts, *context.session, [&](const std::string& address) {
    context.out << address << std::endl;
    context.sink.note(fmt::format("{} is served at {}; Ctrl-C ends it", options.model.value, address));
  });
  context.sink.note("the server has ended; every request that had begun was answered");
  return 0;
}

}  // namespace

Task serve_task() {
  return {
      .name = "serve",
      .summary = "Serve a model over HTTP: OpenAI's and TEI's routes, and those of the commands",
      .description =
          "Answers OpenAI's /v1/embeddings, the routes of Text Embeddings Inference (/embed, /embed_all, /predict, "
          "/tokenize, /info, /health, /metrics), and /encode, /fill-mask, /score, /perplexity, /contacts and "
          "/generate, as "
          "far as the model can; with an index /search, and with something that folds /fold, as a job that is asked "
          "for by its id. /openapi.json says what there is. Requests are computed in batches together, and the "
          "numbers are those of the commands, bit by bit. Its address is the one line on stdout.",
      .examples = {{"groel serve -m groel-5m --port 8080",
                    "then: curl localhost:8080/embed -d '{\"inputs\": \"MKTAYIAK\"}'"},
                   {"groel serve -m facebook/esm2_t33_650M_UR50D --host 0.0.0.0 --api-key-file keys.txt",
                    "for others, who need a key"},
                   {"groel serve --index proteins.index --fold-model facebook/esmfold_v1",
                    "also the nearest proteins of an index, and structures"}},
      .options = option_table<ServeOptions>(),
      .run = entry<ServeOptions, run>};
}

}  // namespace groel::tasks
