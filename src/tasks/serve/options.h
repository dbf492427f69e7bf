// The options of groel serve.
#pragma once

#include <optional>
#include <string>

#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct ServeOptions : ModelOptions, ThreadOptions {
  std::string host;
  std::int64_t port = 0;
  std::optional<std::string> api_key_file, access_log;
  std::int64_t timeout = 0, batch_tokens = 0, waiting_tokens = 0, most_inputs = 0, connections = 0;
  std::size_t most_bytes = 0;
  std::string index, annotations, fold_model;
  std::int64_t waiting_jobs = 0, kept_jobs = 0;

  void declare(OptionBinder& to);
};

}  // namespace groel::tasks
