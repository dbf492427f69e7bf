// The routes of Text Embeddings Inference: /embed, /embed_all, /predict, /tokenize, /info, /health.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/version.h"
#include "engine/precision.h"
#include "tasks/serve/routes.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::vector<bio::Encoded> encoded(Call& call) {
  std::vector<bio::Encoded> out;
  const std::vector<std::string> texts = call.texts("inputs");
  for (std::size_t i = 0; i < texts.size(); ++i) out.push_back(call.encode(texts[i], i));
  return out;
}

// Nothing is ever cut off.
void refuse_truncation(const Call& call) {
  if (call.flag("truncate", false))
    throw Error(ErrorKind::usage, {"nothing is cut off here", "`truncate`", "send a piece of the sequence"});
}

server::ServerReply embed(Call& call) {
  call.only({"inputs", "normalize", "truncate"});
  refuse_truncation(call);
  const bool normalize = call.flag("normalize", true);
  ordered_json out = ordered_json::array();
  for (const engine::OutputValues& one : call.outputs(encoded(call), call.last_layer({engine::Output::mean}))) {
    const auto vector = one.of(engine::Output::mean).values<float>();
    std::vector<float> scaled(vector.begin(), vector.end());
    double squares = 0;
    for (const float x : scaled) squares += static_cast<double>(x) * x;
    if (normalize && squares > 0)
      for (float& x : scaled) x = static_cast<float>(x / std::sqrt(squares));
    out.push_back(numbers(scaled));
  }
  return json_reply(out);
}

server::ServerReply embed_all(Call& call) {
  call.only({"inputs", "truncate"});
  refuse_truncation(call);
  engine::OutputRequest request = call.last_layer({engine::Output::per_residue});
  request.ends = true;  // a vector for each token
  ordered_json out = ordered_json::array();
  for (const engine::OutputValues& one : call.outputs(encoded(call), request))
    out.push_back(rows(one.of(engine::Output::per_residue)));
  return json_reply(out);
}

server::ServerReply tokenize(Call& call) {
  call.only({"inputs", "add_special_tokens"});
  const bool ends = call.flag("add_special_tokens", true);
  const bio::Tokenizer& tokenizer = call.served.model().tokenizer();
  ordered_json out = ordered_json::array();
  for (const bio::Encoded& one : encoded(call)) {
    ordered_json tokens = ordered_json::array();
    std::int64_t at = 0;
    for (const std::int32_t id : one.ids) {
      const bool special = tokenizer.is_special(id);
      if (special && !ends) continue;
      ordered_json token{
          {"id", id}, {"text", tokenizer.token(id)}, {"special", special}, {"start", nullptr}, {"stop", nullptr}};
      if (!special) token["start"] = at, token["stop"] = ++at;  // of residues
      tokens.push_back(std::move(token));
    }
    out.push_back(std::move(tokens));
  }
  return json_reply(out);
}

// By a trained predictor: each class with its probability, the likeliest first; or numbers, in their order.
server::ServerReply predict(Call& call) {
  call.only({"inputs", "raw_scores", "truncate"});
  refuse_truncation(call);
  const bool raw = call.flag("raw_scores", false),
             single = call.body.contains("inputs") && call.body["inputs"].is_string();
  std::vector<bio::Encoded> sequences = encoded(call);
  const predictors::Predictor& predictor = *call.served.predictor;
  for (std::size_t i = 0; i < sequences.size(); ++i)
    if (const auto most = predictor.max_residues(); most && sequences[i].residues() > *most)
      throw Error(ErrorKind::memory,
                  {fmt::format("{} residues, and the predictor reads {} at most", sequences[i].residues(), *most),
                   fmt::format("sequence {}", i), "nothing is cut off here: send a piece of it"});
  const models::Classification& classes = predictor.classes();
  ordered_json out = ordered_json::array();
  for (const engine::OutputValues& one : call.outputs(std::move(sequences), predictor.request())) {
    const Tensor outputs = predictor.head_outputs(one);
    const auto logits = outputs.values<float>();
    const std::vector<double> row =
        raw ? std::vector<double>(logits.begin(), logits.end()) : predictors::probabilities(logits, classes.problem);
    std::vector<std::size_t> order(row.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (classes.problem != models::Problem::regression)
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return row[a] > row[b]; });
    ordered_json scores = ordered_json::array();
    for (const std::size_t i : order)
      scores.push_back(
          {{"score", row[i]}, {"label", i < classes.labels.size() ? classes.labels[i] : std::to_string(i)}});
    out.push_back(std::move(scores));
  }
  return json_reply(single ? out.front() : out);
}

server::ServerReply info(Call& call) {
  if (!call.served.has_model())
    return json_reply({{"model_id", call.served.name}, {"version", kVersion}, {"model_type", {{"folding", nullptr}}}});
  const models::Model& model = call.served.model();
  const auto most = model.info().max_residues;
  return json_reply({{"model_id", call.served.name},
                     {"model_sha", call.served.loaded.fingerprint},
                     {"model_dtype", engine::name(call.served.loaded.precision)},
                     {"model_type", {{"embedding", {{"pooling", "mean"}}}}},
                     {"max_concurrent_requests", call.served.connections},
                     {"max_input_length", most ? ordered_json(*most) : ordered_json()},
                     {"max_batch_tokens", call.served.batch_tokens},
                     {"max_client_batch_size", call.served.most_inputs},
                     {"auto_truncate", false},
                     {"tokenization_workers", call.served.connections},
                     {"version", kVersion},
                     {"family", model.info().family},
                     {"layers", model.info().layers},
                     {"width", model.info().width}});
}

server::ServerReply health(Call&) { return {.status = 200, .body = ""}; }

bool predicts_sequences(const Served& served) {
  return served.predictor != nullptr && served.predictor->classes().label_of == models::LabelOf::sequence;
}

bool has_tokens(const Served& served) { return served.has_model(); }

}  // namespace

std::vector<Route> tei_routes() {
  const ordered_json inputs{{"description", "A sequence, or a list of sequences"}},
      truncate = field("boolean", "false: nothing is cut off");
  return {{"POST",
           "/embed",
           "The mean over the residues of each sequence",
           {{"inputs", inputs}, {"normalize", field("boolean", "To length 1 (default: true)")}, {"truncate", truncate}},
           ErrorForm::tei,
           embed,
           false,
           can<models::Encoder>},
          {"POST",
           "/embed_all",
           "A vector for each token of each sequence",
           {{"inputs", inputs}, {"truncate", truncate}},
           ErrorForm::tei,
           embed_all,
           false,
           can<models::Encoder>},
          {"POST",
           "/predict",
           "Classes of sequences, or numbers, by a trained predictor",
           {{"inputs", inputs},
            {"raw_scores", field("boolean", "Logits (default: probabilities)")},
            {"truncate", truncate}},
           ErrorForm::tei,
           predict,
           false,
           nullptr,
           predicts_sequences},
          {"POST",
           "/tokenize",
           "The tokens of sequences",
           {{"inputs", inputs}, {"add_special_tokens", field("boolean", "Those at the ends, too (default: true)")}},
           ErrorForm::tei,
           tokenize,
           false,
           nullptr,
           has_tokens},
          {"GET", "/info", "The model, and the limits of this server", nullptr, ErrorForm::tei, info},
          {"GET", "/health", "200 while the server runs", nullptr, ErrorForm::tei, health, true}};
}

}  // namespace groel::tasks
