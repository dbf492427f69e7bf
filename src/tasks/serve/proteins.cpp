// Routes of the commands: /encode, /fill-mask, /score, /contacts, /generate.
#include "tasks/generate/proteins.h"
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.h"
#include "engine/layers.h"
#include "engine/masked_scan.h"
#include "generation/generator.h"
#include "tasks/fill_mask/positions.h"
#include "tasks/generate/settings.h"
#include "tasks/score/methods.h"
#include "tasks/score/rows.h"
#include "tasks/serve/routes.h"

namespace groel::tasks {
namespace {

using engine::Output;
using nlohmann::json;
using nlohmann::ordered_json;

bool finds_contacts(const models::Model& model) {
  try {
    engine::check_request(model, {{}, {Output::contacts}});
    return true;
  } catch (const Error&) {
    return false;
  }
}

// {"params": {"repr_layers": [-1], "include": ["mean", "per_residue", …]}, "items": [{"sequence": "…"}]}
engine::OutputRequest request_of(const Call& call) {
  const json params = call.body.value("params", json::object());
  if (!params.is_object()) throw Error(ErrorKind::usage, {"it is an object", "`params`", {}});
  std::string layers = "-1";
  if (const auto wanted = params.find("repr_layers"); wanted != params.end()) {
    if (!wanted->is_array()) throw Error(ErrorKind::usage, {"it is a list of layers", "`params.repr_layers`", "[-1]"});
    layers.clear();
    for (const json& layer : *wanted) layers += (layers.empty() ? "" : ",") + layer.dump();
  }
  engine::OutputRequest out{engine::parse_layers(layers, call.served.model().info().layers), {}};
  const json include = params.value("include", json::array({"mean"}));
  for (const json& name : include) {
    const std::string text = name.is_string() ? name.get<std::string>() : name.dump();
    const auto output = bio::parse_output(text == "per_token" ? "per_residue" : text);
    if (!output)
      throw Error(ErrorKind::usage, {fmt::format("there is no output '{}'", text), "`params.include`",
                                     "mean, max, cls, per_residue, logits, contacts, attentions"});
    out.outputs.push_back(*output);
  }
  return out;
}

ordered_json nested(const Tensor& x) {
  if (x.rank() == 1) return numbers(x.values<float>());
  if (x.rank() == 2) return rows(x);
  ordered_json out = ordered_json::array();
  const auto values = x.values<float>();
  const auto each = static_cast<std::size_t>(x.size(1) * x.size(2));
  for (std::int64_t i = 0; i < x.size(0); ++i)
    out.push_back(
        rows(Tensor::of<float>({x.size(1), x.size(2)}, values.subspan(static_cast<std::size_t>(i) * each, each))));
  return out;
}

server::ServerReply encode(Call& call) {
  call.only({"params", "items"});
  const auto items = call.body.find("items");
  if (items == call.body.end() || !items->is_array() || items->empty())
    throw Error(ErrorKind::usage, {"it is a list of objects with a sequence", "`items`", {}});
  json sequences = json::array();
  for (const json& item : *items) {
    if (!item.is_object() || !item.contains("sequence") || !item["sequence"].is_string())
      throw Error(ErrorKind::usage, {"each is an object with a sequence", "`items`", {}});
    sequences.push_back(item["sequence"]);
  }
  call.body["sequences"] = std::move(sequences);
  const engine::OutputRequest request = request_of(call);
  std::vector<bio::Encoded> encoded;
  const std::vector<std::string> texts = call.texts("sequences");
  for (std::size_t i = 0; i < texts.size(); ++i) encoded.push_back(call.encode(texts[i], i));
  ordered_json results = ordered_json::array();
  for (const engine::OutputValues& one : call.outputs(std::move(encoded), request)) {
    ordered_json result{{"sequence_index", results.size()}};
    for (const auto& [output, layer, tensor] : one.values)
      result[std::string(name(output))].push_back({{"layer", layer}, {"values", nested(tensor)}});
    results.push_back(std::move(result));
  }
  return json_reply({{"results", std::move(results)}});
}

server::ServerReply fill_mask(Call& call) {
  call.only({"sequence", "top"});
  const auto top = static_cast<std::size_t>(call.integer("top", 5, 1, 20));
  const models::Model& model = call.served.model();
  std::vector<ReadRecord> records{{"sequence", call.encode(call.text("sequence"), 0), {}}};
  call.inputs = 1;
  ordered_json masks = ordered_json::array();
  call.compute(call.tokens, [&] {
    Sink nobody;
    const engine::MaskedScan scan(model, {});
    const Choices choices(model.tokenizer(), Choices::Scope::residues);
    const MaskRequest request;
    auto jobs = mask_jobs(scan, model.tokenizer(), records, request);
    const auto filled = fill_masks({scan, model.tokenizer(), choices, records}, std::move(jobs), request, nobody);
    if (records.front().error) throw Error(*records.front().error);
    for (const FilledPosition& one : filled) {
      ordered_json best = ordered_json::array();
      for (const std::size_t choice : by_probability(one.probabilities)) {
        if (best.size() == top) break;
        best.push_back(
            {{"residue", model.tokenizer().token(choices.ids()[choice])}, {"probability", one.probabilities[choice]}});
      }
      masks.push_back({{"position", one.position}, {"choices", std::move(best)}});
    }
  });
  return json_reply({{"masks", std::move(masks)}});
}

ScoreMethod method_of(const Call& call) {
  const std::string name = call.body.contains("method") ? call.text("method") : "masked-marginals";
  if (name == "masked-marginals") return ScoreMethod::masked_marginals;
  if (name == "wt-marginals") return ScoreMethod::wt_marginals;
  if (name == "pseudo-perplexity") return ScoreMethod::pseudo_perplexity;
  throw Error(ErrorKind::usage, {fmt::format("there is no method '{}'", name), "`method`",
                                 "masked-marginals, wt-marginals or pseudo-perplexity"});
}

server::ServerReply score(Call& call) {
  call.only({"sequence", "variants", "method"});
  const std::string wild_type = call.text("sequence");
  const bio::Encoded encoded = call.encode(wild_type, 0);
  const std::vector<std::string> variants = call.texts("variants");
  const ScoreMethod method = method_of(call);
  std::vector<VariantRow> rows;
  for (const std::string& variant : variants) {
    rows.emplace_back().name = variant;
    try {
      read_variant(rows.back(), wild_type, 0);
    } catch (const Error& error) {
      throw error.at(variant);
    }
  }
  std::vector<double> scores;
  call.compute(encoded.tokens(), [&] {
    Sink nobody;
    scores = score_variants({call.served.model(), {}, method, wild_type}, rows, nobody);
  });
  ordered_json out = ordered_json::array();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].error) throw rows[i].error->at(rows[i].name);
    out.push_back({{"variant", rows[i].name}, {"score", scores[i]}});
  }
  return json_reply({{"scores", std::move(out)}});
}

server::ServerReply contacts(Call& call) {
  call.only({"sequence"});
  call.inputs = 1;
  std::vector<bio::Encoded> one;
  one.push_back(call.encode(call.text("sequence"), 0));
  const auto values = call.outputs(std::move(one), {{}, {Output::contacts}});
  return json_reply({{"contacts", rows(values.front().of(Output::contacts))}});
}

GenerateOptions generate_options(const Call& call) {
  GenerateOptions out;
  if (call.body.contains("prompt")) out.prompt = call.text("prompt");
  out.number = call.integer("number", 1, 1, call.served.most_inputs);
  out.greedy = call.flag("greedy", false);
  const auto number = [&](const char* field, std::optional<double>& to) {
    const auto found = call.body.find(field);
    if (found == call.body.end() || found->is_null()) return;
    if (!found->is_number()) throw Error(ErrorKind::usage, {"it is a number", fmt::format("`{}`", field), {}});
    to = found->get<double>();
  };
  number("temperature", out.temperature);
  number("top_p", out.top_p);
  number("repetition_penalty", out.repetition_penalty);
  if (call.body.contains("top_k")) out.top_k = call.integer("top_k", 0, 0, 1 << 20);
  out.seed = call.integer("seed", 0, 0, std::numeric_limits<std::int64_t>::max());
  out.max_new_tokens = call.integer("max_new_tokens", 256, 1, 1 << 20);
  out.cache = "auto";
  return out;
}

// What one thread computes for another to send: a client that reads slowly keeps nobody waiting but itself.
class Events {
 public:
  /// Errors: QueueError, when the client has gone: no more is to be computed.
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    if (stopped_) throw QueueError(QueueRefusal::gone);
    waiting_.push_back(std::move(text));
    changed_.notify_one();
  }
  /// The same for what is last, if there is anybody to read it.
  void end_with(std::string text) {
    const std::lock_guard lock(mutex_);
    if (!stopped_) waiting_.push_back(std::move(text));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waiting_.clear();
  }
  /// Waits; none: that was all.
  std::optional<std::string> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return {};
    std::string text = std::move(waiting_.front());
    waiting_.pop_front();
    return text;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  bool closed_ = false, stopped_ = false;
};

// Server-sent events, one for each protein as it is finished; or all of them at once.
server::ServerReply generate(Call& call) {
  call.only({"prompt", "number", "greedy", "temperature", "top_p", "top_k", "repetition_penalty", "seed",
             "max_new_tokens", "stream"});
  const GenerateOptions options = generate_options(call);
  const GenerateSettings settings = generate_settings(options, call.served.loaded);
  const models::Model& model = call.served.model();
  call.inputs = options.number;
  const std::int64_t about = options.number * options.max_new_tokens.value_or(256);
  const auto write_all = [settings, number = options.number,
                          &model](const std::function<void(const ordered_json&)>& receive) {
    std::int64_t next = 0;
    generation::Generator(model, settings.generation, settings.residues_of_token)
        .run(
            [&]() -> std::optional<generation::Request> {
              if (next == number) return {};
              return generation::Request{next++, settings.prompt};
            },
            [&](const generation::Written& written) {
              receive(json_record(protein_of(written, model.tokenizer()), written));
            });
  };
  if (!call.flag("stream", false)) {
    ordered_json proteins = ordered_json::array();
    call.compute(about, [&] { write_all([&](const ordered_json& one) { proteins.push_back(one); }); });
    return json_reply({{"sequences", std::move(proteins)}});
  }
  server::ServerReply reply{.status = 200, .body = {}, .type = "text/event-stream"};
  reply.stream = [&served = call.served, deadline = call.deadline, about, write_all](const auto& write) {
    Events events;
    std::thread waiting([&] {
      try {
        served.queue.run(
            [&] {
              write_all([&](const ordered_json& one) {
                events.add(one.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
              });
            },
            about, deadline, {});
        events.add("[DONE]");
      } catch (const QueueError&) {
        events.end_with(R"({"error": "the server is busy, or the request came too late"})");
      } catch (const std::exception& error) {
        events.end_with(
            ordered_json{{"error", error.what()}}.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
      }
      events.close();
    });
    while (const auto event = events.next())
      if (!write("data: " + *event + "\n\n")) events.stop();
    waiting.join();
  };
  return reply;
}

}  // namespace

std::vector<Route> protein_routes() {
  const ordered_json sequence = field("string", "Residues");
  return {
      {"POST",
       "/encode",
       "What `groel embed` gives of each item: layers and outputs by name",
       {{"params", {{"type", "object"}, {"description", "repr_layers: [-1]; include: [\"mean\", \"per_residue\", …]"}}},
        {"items", {{"type", "array"}, {"description", "[{\"sequence\": \"…\"}]"}}}},
       ErrorForm::own,
       encode,
       false,
       can<models::Encoder>},
      {"POST",
       "/fill-mask",
       "What the model would put in the place of each <mask>",
       {{"sequence", sequence}, {"top", field("integer", "Choices of each (default: 5)")}},
       ErrorForm::own,
       fill_mask,
       false,
       can<models::MaskedLm>},
      {"POST",
       "/score",
       "How likely variants are, next to the wild type",
       {{"sequence", sequence},
        {"variants", {{"type", "array"}, {"description", "[\"M1A\", \"A5D:K9R\"]"}}},
        {"method", {{"enum", {"masked-marginals", "wt-marginals", "pseudo-perplexity"}}}}},
       ErrorForm::own,
       score,
       false,
       can<models::MaskedLm>},
      {"POST",
       "/contacts",
       "The probability of each pair of residues to touch",
       {{"sequence", sequence}},
       ErrorForm::own,
       contacts,
       false,
       finds_contacts},
      {"POST",
       "/generate",
       "New proteins; \"stream\": true sends each as a server-sent event",
       {{"prompt", field("string", "What it begins with")},
        {"number", field("integer", "Proteins (default: 1)")},
        {"greedy", field("boolean", "The likeliest token always")},
        {"temperature", field("number", "")},
        {"top_p", field("number", "")},
        {"top_k", field("integer", "")},
        {"repetition_penalty", field("number", "")},
        {"seed", field("integer", "")},
        {"max_new_tokens", field("integer", "Default: 256")},
        {"stream", field("boolean", "Server-sent events")}},
       ErrorForm::own,
       generate,
       false,
       can<models::CausalLm>}};
}

}  // namespace groel::tasks
