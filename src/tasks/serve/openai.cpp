// OpenAI's routes: /v1/embeddings and /v1/models.
#include <cstring>

#include "base/error.h"
#include "report/base64.h"
#include "tasks/serve/routes.h"

namespace groel::tasks {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::vector<std::int32_t> ids_of(const json& list, const models::Model& model) {
  if (!list.is_array())
    throw Error(ErrorKind::usage, {"each is a list of tokens", "`input`", "[[0, 20, 2], [0, 5, 2]]"});
  std::vector<std::int32_t> out;
  for (const json& id : list) {
    if (!id.is_number_integer() || id.get<std::int64_t>() < 0 || id.get<std::int64_t>() >= model.info().vocabulary)
      throw Error(
          ErrorKind::usage,
          {fmt::format("{} is none of this model's {} tokens", id.dump(), model.info().vocabulary), "`input`", {}});
    out.push_back(id.get<std::int32_t>());
  }
  return out;
}

// A text, texts, ids with the end tokens, or lists of these.
std::vector<bio::Encoded> inputs_of(Call& call) {
  std::vector<bio::Encoded> out;
  const auto input = call.body.find("input");
  const bool list = input != call.body.end() && input->is_array() && !input->empty();
  if (!list || input->front().is_string()) {
    const std::vector<std::string> texts = call.texts("input");
    for (std::size_t i = 0; i < texts.size(); ++i) out.push_back(call.encode(texts[i], i));
    return out;
  }
  const json lists = input->front().is_array() ? *input : json::array({*input});
  call.inputs = std::ssize(lists);
  if (call.inputs > call.served.most_inputs)
    throw Error(ErrorKind::memory,
                {fmt::format("{} lists, and {} are taken at a time", call.inputs, call.served.most_inputs), "`input`",
                 "send them in several requests"});
  const models::Model& model = call.served.model();
  for (const json& one : lists) {
    const std::vector<std::int32_t> ids = ids_of(one, model);
    out.push_back({ids, model.tokenizer().residue_map(ids)});
    if (out.back().residues() == 0) throw Error(ErrorKind::usage, {"a list of tokens without residues", "`input`", {}});
    call.tokens += out.back().tokens();
  }
  return out;
}

std::string bytes_of(std::span<const float> values) {
  std::string out(values.size_bytes(), '\0');
  std::memcpy(out.data(), values.data(), values.size_bytes());
  return out;
}

server::ServerReply embeddings(Call& call) {
  call.only({"input", "model", "encoding_format", "dimensions", "user"});
  if (call.body.contains("model")) (void)call.text("model");
  const std::string form = call.body.contains("encoding_format") ? call.text("encoding_format") : "float";
  if (form != "float" && form != "base64")
    throw Error(ErrorKind::usage,
                {fmt::format("'{}' is no form of numbers", form), "`encoding_format`", "float or base64"});
  const std::int64_t width = call.served.model().info().width;
  const auto dimensions = static_cast<std::size_t>(call.integer("dimensions", width, 1, width));
  const auto values = call.outputs(inputs_of(call), call.last_layer({engine::Output::mean}));
  ordered_json data = ordered_json::array();
  for (const engine::OutputValues& one : values) {
    const auto vector = one.of(engine::Output::mean).values<float>().first(dimensions);
    data.push_back({{"object", "embedding"},
                    {"index", data.size()},
                    {"embedding", form == "float" ? numbers(vector) : ordered_json(report::base64(bytes_of(vector)))}});
  }
  return json_reply({{"object", "list"},
                     {"data", std::move(data)},
                     {"model", call.served.name},
                     {"usage", {{"prompt_tokens", call.tokens}, {"total_tokens", call.tokens}}}});
}

ordered_json model_json(const Served& served) {
  return {{"id", served.name}, {"object", "model"}, {"created", 0}, {"owned_by", "groel"}};
}

server::ServerReply models_list(Call& call) {
  return json_reply({{"object", "list"}, {"data", ordered_json::array({model_json(call.served)})}});
}

server::ServerReply model_of_name(Call& call) {
  if (call.path["model"] != call.served.name)
    throw Error(ErrorKind::not_found, {fmt::format("there is no model '{}' here", call.path["model"]), "`model`",
                                       fmt::format("it is '{}'", call.served.name)});
  return json_reply(model_json(call.served));
}

}  // namespace

std::vector<Route> openai_routes() {
  return {{"POST",
           "/v1/embeddings",
           "The mean over the residues of each sequence, in OpenAI's form",
           {{"input", {{"description", "A sequence, several, or lists of token ids"}}},
            {"model", field("string", "Any name: the server has one model")},
            {"encoding_format", {{"enum", {"float", "base64"}}}},
            {"dimensions", field("integer", "The first so many numbers alone")},
            {"user", field("string", "Not used")}},
           ErrorForm::openai,
           embeddings,
           false,
           can<models::Encoder>},
          {"GET", "/v1/models", "The model that is served, in OpenAI's form", nullptr, ErrorForm::openai, models_list},
          {"GET", "/v1/models/{model}", "The same by its name", nullptr, ErrorForm::openai, model_of_name}};
}

}  // namespace groel::tasks
