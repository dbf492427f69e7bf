// What a server answers, path by path.
#pragma once

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checkpoints/load.h"
#include "server/http.h"
#include "tasks/serve/compute_queue.h"

namespace groel::tasks {

/// What all requests share.
struct Served {
  const checkpoints::LoadedModel& loaded;
  std::string name;  ///< of the model, as it was asked for
  ComputeQueue& queue;
  std::int64_t most_inputs = 0, batch_tokens = 0;
  std::int64_t connections = 0;

  const models::Model& model() const { return *loaded.model; }
};

/// A request on its way: what of it is told in the log and the metrics is left here.
struct Call {
  const Served& served;
  const server::ServerRequest& http;
  nlohmann::json body;  ///< an object, of POST
  Deadline deadline;
  std::int64_t inputs = 0, tokens = 0;

  /// Errors: usage, naming the field: for one that is missing, of another type, or out of range.
  std::string text(const char* field) const;
  std::vector<std::string> texts(const char* field);  ///< a text, or a list; counted, and limited
  std::int64_t integer(const char* field, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;
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
  std::string method, path, summary;
  nlohmann::ordered_json fields;  ///< of the body, as a JSON schema's properties; null: none
  ErrorForm form = ErrorForm::own;
  server::ServerReply (*answer)(Call& call) = nullptr;
  bool open = false;                              ///< without a key
  bool (*there)(const models::Model&) = nullptr;  ///< whether this model can; none: every one
};

std::vector<Route> openai_routes();
std::vector<Route> tei_routes();
std::vector<Route> protein_routes();

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

/// A property of a schema: {"type": …, "description": …}.
nlohmann::ordered_json field(const char* type, const char* description);

}  // namespace groel::tasks
