// What a server answers, path by path.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checkpoints/load.h"
#include "predictors/predictor.h"
#include "server/http.h"
#include "tasks/serve/compute_queue.h"
#include "tasks/serve/jobs.h"

namespace groel::tasks {

struct ServedIndex;  // served_index.h

/// What all requests share.
struct Served {
  const checkpoints::LoadedModel& loaded;  ///< empty, of a server that folds alone
  std::string name;                        ///< of the model, as it was asked for
  ComputeQueue& queue;
  std::int64_t most_inputs = 0, batch_tokens = 0;
  std::int64_t connections = 0;
  const predictors::Predictor* predictor = nullptr;  ///< of a model that is one
  const ServedIndex* index = nullptr;                ///< that /search looks in; null: none
  JobQueue* jobs = nullptr;                          ///< null: this server has none
  std::string fold_model{};                          ///< what jobs fold with; empty: nothing

  bool has_model() const { return loaded.model != nullptr; }
  const models::Model& model() const { return *loaded.model; }
};

/// A request on its way: what of it is told in the log and the metrics is left here.
struct Call {
  const Served& served;
  const server::ServerRequest& http;
  nlohmann::json body;  ///< an object, of POST
  Deadline deadline;
  std::int64_t inputs = 0, tokens = 0;
  std::map<std::string, std::string> path{};  ///< parts that the route's path names: "id" of "/jobs/{id}"

  /// Errors: usage, naming the field: for one that is missing, of another type, or out of range.
  std::string text(const char* field) const;
  std::vector<std::string> texts(const char* field);  ///< a text, or a list; counted, and limited
  std::int64_t integer(const char* field, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;
  double number(const char* field, double otherwise) const;
  bool flag(const char* field, bool otherwise) const;
  /// Refuses fields that the route does not know: passed over, they would do nothing unseen.
  void only(std::initializer_list<const char*> fields) const;

  bio::Encoded encode(const std::string& sequence, std::size_t index);
  /// Outputs of sequences. Errors: as ComputeQueue::embed, a sequence's own failure named by its index.
  std::vector<engine::OutputValues> outputs(std::vector<bio::Encoded> sequences, const engine::OutputRequest& request);
  engine::OutputRequest last_layer(std::vector<engine::Output> outputs) const;
  /// On the computing thread.
  void compute(std::int64_t about_tokens, const std::function<void()>& work);
};

/// Whose form errors have.
enum class ErrorForm { openai, tei, own };

struct Route {
  std::string method;
  std::string path;  ///< "/jobs/{id}/files/{file}": a name stands for one part, {file} and {model} for all that is left
  std::string summary;
  nlohmann::ordered_json fields;  ///< of the body, as a JSON schema's properties; null: none
  ErrorForm form = ErrorForm::own;
  server::ServerReply (*answer)(Call& call) = nullptr;
  bool open = false;                              ///< without a key
  bool (*there)(const models::Model&) = nullptr;  ///< whether this model can; none: every one, or no model is needed
  bool (*offered)(const Served&) = nullptr;       ///< whether this server has it; none: every one
  const char* status = "200";                     ///< when it is done as asked
};

std::vector<Route> openai_routes();
std::vector<Route> tei_routes();
std::vector<Route> protein_routes();
std::vector<Route> generate_routes();
std::vector<Route> search_routes();
std::vector<Route> job_routes();

/// Whether a path is that of a route, and the parts that it names.
bool is_path_of(const std::string& pattern, const std::string& path, std::map<std::string, std::string>& parts);

/// Whether a model has a capability.
template <class Capability>
bool can(const models::Model& model) {
  const std::vector<std::string> all = model.capabilities();
  return std::find(all.begin(), all.end(), Capability::kName) != all.end();
}

/// The page for people, and its parts.
std::vector<Route> page_routes();

server::ServerReply json_reply(const nlohmann::ordered_json& body, int status = 200);
nlohmann::ordered_json numbers(std::span<const float> values);
/// Rows of [L, D].
nlohmann::ordered_json rows(const Tensor& matrix);

/// Refuses keys of an object that are none of these. `where`: what messages put before a key ("params.").
void only_fields(const nlohmann::json& object, const std::string& where, std::initializer_list<const char*> fields);

/// A property of a schema: {"type": …, "description": …}.
nlohmann::ordered_json field(const char* type, const char* description);
/// The same of a command's option, out of its table: type, choices, default and help.
nlohmann::ordered_json option_field(const char* task, const char* option);
/// "max_new_tokens" of --max-new-tokens.
std::string field_name(std::string option);

}  // namespace groel::tasks
