// Reads requests, gives them to the thread that computes, and waits for its answer.
#include <algorithm>

#include "base/error.h"
#include "base/words.h"
#include "tasks/serve/routes.h"

namespace groel::tasks {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

[[noreturn]] void refuse(const char* field, const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorKind::usage, {what, fmt::format("`{}`", field), remedy});
}

}  // namespace

std::string Call::text(const char* field) const {
  const auto found = body.find(field);
  if (found == body.end()) refuse(field, "it is missing");
  if (!found->is_string()) refuse(field, fmt::format("it is a text, not {}", found->type_name()));
  return found->get<std::string>();
}

std::vector<std::string> Call::texts(const char* field) {
  const auto found = body.find(field);
  if (found == body.end()) refuse(field, "it is missing");
  std::vector<std::string> out;
  if (found->is_string()) {
    out.push_back(found->get<std::string>());
  } else if (found->is_array() && !found->empty() &&
             std::all_of(found->begin(), found->end(), [](const json& one) { return one.is_string(); })) {
    out = found->get<std::vector<std::string>>();
  } else {
    refuse(field, "it is a sequence, or a list of sequences");
  }
  inputs = std::ssize(out);
  if (inputs > served.most_inputs)
    throw Error(ErrorKind::memory, {fmt::format("{} sequences, and {} are taken at a time", inputs, served.most_inputs),
                                    fmt::format("`{}`", field), "send them in several requests"});
  return out;
}

std::int64_t Call::integer(const char* field, std::int64_t otherwise, std::int64_t least, std::int64_t most) const {
  const auto found = body.find(field);
  if (found == body.end() || found->is_null()) return otherwise;
  if (!found->is_number_integer() || found->get<std::int64_t>() < least || found->get<std::int64_t>() > most)
    refuse(field, fmt::format("it is a whole number from {} to {}, not {}", least, most, found->dump()));
  return found->get<std::int64_t>();
}

double Call::number(const char* field, double otherwise) const {
  const auto found = body.find(field);
  if (found == body.end() || found->is_null()) return otherwise;
  if (!found->is_number()) refuse(field, fmt::format("it is a number, not {}", found->type_name()));
  return found->get<double>();
}

bool Call::flag(const char* field, bool otherwise) const {
  const auto found = body.find(field);
  if (found == body.end() || found->is_null()) return otherwise;
  if (!found->is_boolean()) refuse(field, fmt::format("it is true or false, not {}", found->dump()));
  return found->get<bool>();
}

void Call::only(std::initializer_list<const char*> fields) const { only_fields(body, "", fields); }

bio::Encoded Call::encode(const std::string& sequence, std::size_t index) {
  try {
    bio::Encoded out = served.model().tokenizer().encode(sequence);
    if (const auto most = served.model().info().max_residues; most && out.residues() > *most)
      throw Error(ErrorKind::memory, {fmt::format("{} residues, and the model reads {} at most", out.residues(), *most),
                                      {},
                                      "nothing is cut off here: send a piece of it"});
    tokens += out.tokens();
    return out;
  } catch (const Error& error) {
    throw error.at(fmt::format("sequence {}", index));
  }
}

std::vector<engine::OutputValues> Call::outputs(std::vector<bio::Encoded> sequences,
                                                const engine::OutputRequest& request) {
  auto values = served.queue.embed(std::move(sequences), request, deadline, http.gone);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i].failure) throw values[i].failure->at(fmt::format("sequence {}", i));
  return values;
}

engine::OutputRequest Call::last_layer(std::vector<engine::Output> outputs) const {
  return {{static_cast<int>(served.model().info().layers)}, std::move(outputs)};
}

void Call::compute(std::int64_t about_tokens, const std::function<void()>& work) {
  served.queue.run(work, about_tokens, deadline, http.gone);
}

void only_fields(const json& object, const std::string& where, std::initializer_list<const char*> fields) {
  for (const auto& [name, value] : object.items())
    if (std::none_of(fields.begin(), fields.end(), [&name = name](const char* field) { return name == field; }))
      refuse((where + name).c_str(), "there is no such field",
             fmt::format("this {} takes {}", where.empty() ? "route" : "object",
                         listed(std::vector<std::string>(fields.begin(), fields.end()), 20)));
}

server::ServerReply json_reply(const ordered_json& body, int status) {
  return {.status = status, .body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace)};
}

ordered_json numbers(std::span<const float> values) {
  ordered_json out = ordered_json::array();
  for (const float value : values) out.push_back(value);
  return out;
}

ordered_json rows(const Tensor& matrix) {
  ordered_json out = ordered_json::array();
  const auto values = matrix.values<float>();
  const auto width = static_cast<std::size_t>(matrix.size(1));
  for (std::int64_t row = 0; row < matrix.size(0); ++row)
    out.push_back(numbers(values.subspan(static_cast<std::size_t>(row) * width, width)));
  return out;
}

ordered_json field(const char* type, const char* description) { return {{"type", type}, {"description", description}}; }

}  // namespace groel::tasks
