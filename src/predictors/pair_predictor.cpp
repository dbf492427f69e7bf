// Reads and writes predictors of pairs.
#include "predictors/pair_predictor.h"

#include "base/error.h"
#include "base/words.h"
#include "checkpoints/tensors.h"
#include "io/arrays.h"
#include "predictors/one_hot.h"

namespace groel::predictors {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& where) {
  throw Error(ErrorKind::bad_model, {what, where.string(), "train the predictor again"});
}

Card card_of(const std::filesystem::path& folder) {
  std::optional<Card> card = read_card(folder);
  if (!card || !card->pairs || !card->trunk) fail("this is no predictor of pairs", folder);
  return *std::move(card);
}

checkpoints::LoadedModel trunk_of(const checkpoints::Trunk& trunk, const std::filesystem::path& folder,
                                  ops::Precision precision) {
  checkpoints::LoadedModel model =
      trunk.one_hot() ? one_hot_model() : checkpoints::load_model(checkpoints::read_trunk(trunk, folder), precision);
  checkpoints::check_trunk(trunk, model.fingerprint, model.path);
  return model;
}

nn::PairShape shape_of(const json& text, const std::filesystem::path& where) {
  const json read = text.is_string() ? json::parse(text.get<std::string>(), nullptr, false) : json();
  try {
    return {read.at("kind").get<std::string>(), read.at("inputs").get<std::int64_t>(),
            read.at("outputs").get<std::int64_t>(), read.at("hidden").get<std::int64_t>(),
            read.at("dropout").get<double>()};
  } catch (const json::exception&) {
    fail("the description of the network is damaged", where);
  }
}

}  // namespace

PairPredictor::PairPredictor(const std::filesystem::path& folder, ops::Precision precision)
    : card_(card_of(folder)), model_(trunk_of(*card_.trunk, folder, precision)), network_(read_pair_network(folder)) {
  if (network_->shape().inputs != model_.model->info().width)
    fail("its network reads vectors of another width than its model's", folder);
  if (network_->shape().outputs != static_cast<std::int64_t>(labels().size()))
    fail("its network gives another number of outputs than its card has labels", folder);
  if (card_.trunk->layer < 0 || card_.trunk->layer > model_.model->info().layers)
    fail("its card names a layer that its model has not", folder);
}

bool predicts_pairs(const std::filesystem::path& folder) {
  const std::optional<Card> card = read_card(folder);
  return card && card->pairs;
}

void write_pair_network(const std::filesystem::path& folder, const nn::PairShape& shape,
                        const std::vector<NamedTensor>& tensors) {
  const ordered_json text{{"kind", shape.kind},
                          {"inputs", shape.inputs},
                          {"outputs", shape.outputs},
                          {"hidden", shape.hidden},
                          {"dropout", shape.dropout}};
  checkpoints::write_tensors(folder / kPairsFile, tensors, {{"network", text.dump()}});
}

std::unique_ptr<nn::PairNetwork> read_pair_network(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kPairsFile;
  io::ArrayFile file = io::read_safetensors(path);
  auto network = nn::make_pair_network(shape_of(file.metadata.value("network", json()), path));
  const nn::Tree tree = nn::tree_of(*network);
  const std::vector<std::string> problems = checkpoints::fill_exactly(tree, std::move(file.arrays));
  if (!problems.empty()) fail("the tensors do not fit the network: " + listed(problems, 8), path);
  nn::ready(tree, ops::Precision::f32);
  return network;
}

}  // namespace groel::predictors
