// Routes of the commands that a request is enough for: /encode, /fill-mask, /score, /perplexity, /contacts.
#include "base/error.h"
#include "engine/layers.h"
#include "engine/masked_scan.h"
#include "tasks/fill_mask/positions.h"
#include "tasks/perplexity/likelihood.h"
#include "tasks/reading/text_form.h"
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
  only_fields(params, "params.", {"repr_layers", "include"});
  std::string layers = "-1";
  if (const auto wanted = params.find("repr_layers"); wanted != params.end()) {
    if (!wanted->is_array() || wanted->empty())
      throw Error(ErrorKind::usage, {"it is a list of layers", "`params.repr_layers`", "[-1]"});
    layers.clear();
    for (const json& layer : *wanted) layers += (layers.empty() ? "" : ",") + layer.dump();
  }
  engine::OutputRequest out{engine::parse_layers(layers, call.served.model().info().layers), {}};
  const json include = params.value("include", json::array({"mean"}));
  if (!include.is_array() || include.empty())
    throw Error(ErrorKind::usage, {"it is a list of outputs", "`params.include`", R"(["mean"])"});
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
    only_fields(item, "items.", {"sequence"});
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

// Those that are named, or every substitution.
std::vector<VariantRow> variant_rows(Call& call, const std::string& wild_type) {
  if (call.flag("scan", false)) {
    if (call.body.contains("variants"))
      throw Error(ErrorKind::usage, {"every substitution is asked for already", "`variants`", "leave out one of them"});
    call.inputs = 1;
    return every_substitution(wild_type, 0).rows;
  }
  std::vector<VariantRow> rows;
  for (const std::string& variant : call.texts("variants")) {
    rows.emplace_back().name = variant;
    try {
      read_variant(rows.back(), wild_type, 0);
    } catch (const Error& error) {
      throw error.at(variant);
    }
  }
  return rows;
}

server::ServerReply score(Call& call) {
  call.only({"sequence", "variants", "scan", "method"});
  const std::string wild_type = call.text("sequence");
  const bio::Encoded encoded = call.encode(wild_type, 0);
  const ScoreMethod method = method_of(call);
  std::vector<VariantRow> rows = variant_rows(call, wild_type);
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

// As `groel perplexity --json`; ids are places in the list.
server::ServerReply perplexity(Call& call) {
  call.only({"sequences"});
  const models::Model& model = call.served.model();
  const bool causal = can<models::CausalLm>(model);
  const std::vector<std::string> texts = call.texts("sequences");
  const auto document =
      causal ? tokenizer_in_form(call.served.loaded.family->tokenizer(model.tokenizer().files()), "document") : nullptr;
  std::vector<ReadRecord> records;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    bio::Encoded encoded = call.encode(texts[i], i);  // refuses what the model cannot read
    if (causal) encoded = document->encode(texts[i]);
    records.push_back({std::to_string(i), std::move(encoded), {}});
  }
  // A masked model makes a pass for each residue.
  std::int64_t about = 0;
  for (const ReadRecord& record : records) about += record.tokens() * (causal ? 1 : record.residues());
  ordered_json result;
  call.compute(about, [&] {
    Sink nobody;
    Failures failures(nobody);
    const auto scores = causal ? causal_likelihoods(records, engine::CausalScan(model, {}), nobody)
                               : masked_likelihoods(records, engine::MaskedScan(model, {}), model.tokenizer(), nobody);
    result = perplexity_json(records, scores, causal ? PredictedUnit::tokens : PredictedUnit::residues, failures);
  });
  return json_reply(result);
}

bool is_language_model(const models::Model& model) {
  return can<models::MaskedLm>(model) || can<models::CausalLm>(model);
}

server::ServerReply contacts(Call& call) {
  call.only({"sequence"});
  call.inputs = 1;
  std::vector<bio::Encoded> one;
  one.push_back(call.encode(call.text("sequence"), 0));
  const auto values = call.outputs(std::move(one), {{}, {Output::contacts}});
  return json_reply({{"contacts", rows(values.front().of(Output::contacts))}});
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
        {"scan", option_field("score", "scan")},
        {"method", {{"enum", {"masked-marginals", "wt-marginals", "pseudo-perplexity"}}}}},
       ErrorForm::own,
       score,
       false,
       can<models::MaskedLm>},
      {"POST",
       "/perplexity",
       "How well the model predicts each residue, or of a causal model each token",
       {{"sequences", {{"description", "A sequence, or a list of sequences"}}}},
       ErrorForm::own,
       perplexity,
       false,
       is_language_model},
      {"POST",
       "/contacts",
       "The probability of each pair of residues to touch",
       {{"sequence", sequence}},
       ErrorForm::own,
       contacts,
       false,
       finds_contacts}};
}

}  // namespace groel::tasks
