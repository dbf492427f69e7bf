// The table of options of groel serve.
#include "tasks/serve/options.h"

namespace groel::tasks {

void ServeOptions::declare(OptionBinder& to) {
  to(model, model_option());
  to(dtype, dtype_option());
  to(prompt, prompt_option());
  to(threads, threads_option());
  to(host, {.name = "host",
            .help = "Address to listen at; 0.0.0.0 for all of this machine's",
            .otherwise = "127.0.0.1",
            .value_name = "ADDRESS"});
  to(port, {.name = "port", .help = "Port; 0: any that is free, which is said", .otherwise = 8080, .value_name = "N"});
  to.group("Searching and folding");
  to(index, {.name = "index",
             .help = "Index of `groel search` that /search looks in: of the model that is served",
             .value_name = "FILE"});
  to(annotations,
     {.name = "annotations", .help = "Labels of the index's proteins, as for `groel search`", .value_name = "FILE"});
  to(fold_model, {.name = "fold-model",
                  .help = "What /fold folds with, as -m of `groel fold`; -m may name it itself, to fold alone",
                  .value_name = "MODEL"});
  to(waiting_jobs, {.name = "max-waiting-jobs",
                    .help = "Jobs that wait, as one runs at a time; more are refused with 429",
                    .otherwise = 8,
                    .value_name = "N"});
  to(kept_jobs, {.name = "max-kept-jobs",
                 .help = "Jobs that have ended whose files are kept; the oldest makes room",
                 .otherwise = 32,
                 .value_name = "N"});
  to.group("Who may ask, and how much");
  to(api_key_file,
     {.name = "api-key-file",
      .help = "File with a key in each line, one of which requests must bring (Authorization: Bearer KEY); "
              "without it, what GROEL_API_KEY holds",
      .value_name = "FILE"});
  to(timeout, {.name = "timeout",
               .help = "Seconds after which a request that still waits is refused",
               .otherwise = 60,
               .value_name = "N"});
  to(most_inputs,
     {.name = "max-inputs", .help = "Sequences of a request at most", .otherwise = 1024, .value_name = "N"});
  to(most_bytes, {.name = "max-bytes", .help = "Size of a request at most", .otherwise = "32M", .value_name = "SIZE"});
  to(connections, {.name = "connections",
                   .help = "Connections that are answered at a time; more wait",
                   .otherwise = 256,
                   .value_name = "N"});
  to.group(kPerformance);
  to(batch_tokens, {.name = "batch-tokens",
                    .help = "Tokens that are computed together; who comes meanwhile waits for them",
                    .otherwise = 1024,
                    .value_name = "N"});
  to(waiting_tokens, {.name = "max-waiting",
                      .help = "Tokens of requests that wait; more are refused with 429",
                      .otherwise = 1 << 20,
                      .value_name = "N"});
  to.group(kOutput);
  to(access_log, {.name = "access-log",
                  .help = "File that a line of JSON is added to for each request; sequences are not in it",
                  .value_name = "FILE"});
}

}  // namespace groel::tasks
