// The weights that a run starts from: new ones, or those of a model.
#include "checkpoints/initial.h"
#include "checkpoints/pad_token.h"
#include "checkpoints/prompts.h"
#include "checkpoints/tokenizer_files.h"
#include "tasks/reading/model.h"
#include "tasks/train/plan.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

// The family and the size that a new model is asked for.
json new_config(const TrainOptions& options) {
  const models::Family* family = &models::family_named(options.family.value);
  models::ModelShape shape;
  const bool any_shape = options.family.given && !options.shape.given;
  for (const models::Family& one : models::families())
    for (const models::NamedShape& known : one.shapes)
      if (!any_shape && options.shape.value == known.name) {
        shape = known.shape;
        family = &one;
      }
  if (options.family.given && options.family.value != family->name)
    throw Error(ErrorKind::usage,
                {fmt::format("{} is a shape of {}, not of {}", options.shape.value, family->name, options.family.value),
                 "--shape --family", "leave one of them out"});
  if (options.layers) shape.layers = *options.layers;
  if (options.width) shape.width = *options.width;
  if (options.heads) shape.heads = *options.heads;
  json config = family->configure(shape);
  if (options.initial_deviation) {
    const double deviation = *options.initial_deviation;
    if (!(deviation > 0 && deviation <= 1))
      throw Error(ErrorKind::usage, {"a deviation lies above 0, up to 1", "--initial-deviation", "0.02 is usual"});
    config["initializer_range"] = deviation;
  }
  return config;
}

checkpoints::InitialOptions initial_options(const TrainOptions& options, const bio::TokenizerFiles& tokenizer) {
  return {static_cast<std::uint64_t>(options.seed),
          options.initial_heads.value == "neighbours" ? checkpoints::InitialHeads::neighbours
                                                      : checkpoints::InitialHeads::anywhere,
          tokenizer};
}

// A token for each letter, and one that begins and ends a protein.
bio::TokenizerFiles letters_vocabulary() {
  bio::TokenizerFiles out;
  out.tokens = {"<|endoftext|>"};
  for (char letter = 'A'; letter <= 'Z'; ++letter) out.tokens.emplace_back(1, letter);
  out.label = "the vocabulary of letters";
  out.added = {{.id = 0, .text = out.tokens[0]}};
  for (const char* name : {"bos_token", "eos_token", "unk_token"}) out.named[name] = out.tokens[0];
  return out;
}

// The tokenizer of a new model of that family.
bio::TokenizerFiles new_tokenizer(const TrainOptions& options, const models::Family& family) {
  const bool pairs = family.vocabulary == models::Vocabulary::byte_pairs;
  if (!pairs && !options.tokenizer.given) return {};
  if (!pairs)
    throw Error(ErrorKind::usage,
                {fmt::format("{} has a vocabulary of its own", family.name), "--tokenizer", "leave it away"});
  if (options.tokenizer.value == "letters") return letters_vocabulary();
  bio::TokenizerFiles files = checkpoints::read_tokenizer_files(options.tokenizer.value, family.vocabulary);
  if (files.tokens.empty())
    throw Error(ErrorKind::not_found, {"there is no tokenizer", options.tokenizer.value,
                                       "a folder with vocab.json and merges.txt, or tokenizer.json"});
  return files;
}

checkpoints::Checkpoint new_model(const TrainOptions& options) {
  json config = new_config(options);
  const models::Family& family = models::find_family(config);
  const bio::TokenizerFiles tokenizer = new_tokenizer(options, family);
  if (!tokenizer.tokens.empty()) config["vocab_size"] = tokenizer.tokens.size();
  return checkpoints::initial_checkpoint(config, initial_options(options, tokenizer));
}

// A padding token for the model of --from.
void add_padding(const TrainOptions& options, checkpoints::Checkpoint& to, Sink& sink) {
  if (!options.pad_token) return;
  const auto row = options.pad_row.value == "drawn" ? checkpoints::NewRow::drawn : checkpoints::NewRow::mean;
  const bool grew = checkpoints::add_pad_token(to, *options.pad_token, row, static_cast<std::uint64_t>(options.seed));
  sink.note(fmt::format("{} is {} of the vocabulary{}; batches are packed, so that nobody reads or learns it",
                        *options.pad_token, to.config["pad_token_id"].dump(),
                        grew ? fmt::format(", which has {} tokens now", to.config["vocab_size"].dump())
                             : std::string(", whose tables had room for it")));
}

}  // namespace

void refuse_given(const std::vector<std::pair<bool, const char*>>& options, Error::Parts why) {
  for (const auto& [given, flag] : options) {
    if (!given) continue;
    why.where = flag;
    throw Error(ErrorKind::usage, why);
  }
}

void choose_what_is_trained(const TrainOptions& options, const checkpoints::Checkpoint& weights, TrainPlan& plan,
                            Sink& sink) {
  constexpr std::int64_t kWhole = 50'000'000, kRank = 8;
  if (options.train.given || options.lora_r || options.freeze) return;
  std::int64_t parameters = 0;
  for (const auto& [name, array] : weights.arrays)
    parameters += static_cast<std::int64_t>(array.bytes.size() / size_of(array.dtype));
  if (parameters <= kWhole) return;
  plan.lora = nn::LoraOptions{kRank, options.lora_alpha.value, options.lora_targets.value,
                              static_cast<std::uint64_t>(options.seed), options.lora_dropout.value};
  if (!options.learning_rate) plan.trainer.schedule.rate = 1e-3;
  sink.note(fmt::format(
      "{} million parameters: adapters of rank {} are trained, and the head; --train all trains everything, "
      "--train heads the head alone",
      parameters / 1'000'000, kRank));
}

checkpoints::Checkpoint starting_weights(const TrainOptions& options, Sink& sink) {
  if (!options.from)
    refuse_given({{!options.prompt.empty(), "--prompt"}}, {"prompts belong to a model: name it by --from", {}, {}});
  if (!options.from || options.lora_r)
    refuse_given({{options.pad_token.has_value(), "--pad-token"}},
                 options.from ? Error::Parts{"tables grow by it, which adapters do not hold", {}, "leave it away"}
                              : Error::Parts{"a new model needs no padding token", {}, "leave it away"});
  refuse_given({{options.pad_row.given && !options.pad_token, "--pad-row"}},
               {"no token is added", {}, "--pad-token <pad>"});
  if (options.from)
    refuse_given({{options.family.given, "--family"},
                  {options.shape.given, "--shape"},
                  {options.layers.has_value(), "--layers"},
                  {options.width.has_value(), "--width"},
                  {options.heads.has_value(), "--heads"},
                  {options.tokenizer.given, "--tokenizer"},
                  {options.initial_heads.given, "--initial-heads"},
                  {options.initial_deviation.has_value(), "--initial-deviation"}},
                 {"--from brings its own shape", {}, {}});
  checkpoints::Checkpoint checkpoint = options.from.has_value()
                                           ? checkpoints::read_prompted(find_model(*options.from, sink), options.prompt)
                                           : new_model(options);
  add_padding(options, checkpoint, sink);
  if (options.dropout) {
    const double dropout = *options.dropout;
    if (!(dropout >= 0 && dropout < 1)) throw Error(ErrorKind::usage, {"dropout lies in [0, 1)", "--dropout", {}});
    checkpoint.config["hidden_dropout_prob"] = dropout;
    checkpoint.config["attention_probs_dropout_prob"] = 0.0;  // not trained with
  }
  return checkpoint;
}

}  // namespace groel::tasks
