// Runs the head of a predictor on the vectors of its model.
#include "predictors/predictor.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/sha256.h"
#include "checkpoints/head_file.h"
#include "checkpoints/trunk.h"
#include "engine/runner.h"
#include "ops/compare.h"
#include "predictors/one_hot.h"

namespace groel::predictors {
namespace {

using models::Classification;
using models::LabelOf;
using models::Pooling;
using models::Problem;

const models::Classifier& head_of(const models::Model& model) {
  const std::vector<std::string> can = model.capabilities();
  if (std::find(can.begin(), can.end(), models::Classifier::kName) == can.end())
    throw Error(ErrorKind::unsupported, {"this model has no head that labels are predicted by", "`model`",
                                         "groel train classify (or residues) gives it one"});
  return models::require<models::Classifier>(model);
}

// What the configuration says counts; a card adds to it.
Card card_of(const checkpoints::LoadedModel& loaded, const Classification& classes) {
  Card card = read_card(loaded.path).value_or(Card{});
  if (!card.classes.labels.empty() && card.classes.labels != classes.labels)
    throw Error(ErrorKind::bad_model,
                {"its labels are not those of config.json", (loaded.path / checkpoints::kPredictorFile).string(),
                 "the two belong to different predictors"});
  card.classes = classes;
  return card;
}

bio::Output read_by(const Classification& classes) {
  if (classes.label_of == LabelOf::token) return bio::Output::per_residue;
  return classes.pooling == Pooling::mean ? bio::Output::mean : bio::Output::cls;
}

Card own_card(const std::filesystem::path& folder) {
  std::optional<Card> card = read_card(folder);
  if (!card || !card->trunk)
    throw Error(ErrorKind::bad_model, {"this is no predictor with a head of its own", folder.string(), {}});
  if (card->pairs)
    throw Error(ErrorKind::usage, {"this predictor is of pairs of proteins", folder.string(),
                                   "groel predict PAIRS --sequences FASTA, or groel evaluate pairs"});
  return *std::move(card);
}

std::string digest(const std::filesystem::path& file) {
  const auto mapped = MappedFile::open(file);
  const auto bytes = mapped->bytes();
  return sha256({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

Predictor::Predictor(checkpoints::LoadedModel model)
    : model_(std::move(model)),
      folder_(model_.path),
      card_(card_of(model_, head_of(*model_.model).classification())),
      fingerprint_(model_.identity) {}

Predictor::Predictor(checkpoints::LoadedModel trunk, const std::filesystem::path& folder)
    : model_(std::move(trunk)), folder_(folder), card_(own_card(folder)) {
  checkpoints::check_trunk(*card_.trunk, model_.fingerprint, model_.path);
  std::string head;
  if (card_.head.value("kind", std::string()) == kNeighboursKind) {
    neighbours_ = NeighbourHead::load(folder);
    head = digest(folder / kNeighboursFile);
  } else {
    head_ = checkpoints::load_head(folder);
    head = digest(folder / checkpoints::kHeadFile);
  }
  check_parts();
  fingerprint_ = sha256(fmt::format("{} {} {}", model_.identity, card_.trunk->layer, head));
}

void Predictor::check_parts() const {
  const auto fail = [&](const char* what) {
    throw Error(ErrorKind::bad_model, {what, folder_.string(), "train the predictor again"});
  };
  if (card_.trunk->layer < 0 || card_.trunk->layer > model().info().layers)
    fail("its card names a layer that its model has not");
  const std::int64_t inputs = head_ ? head_->shape().inputs : neighbours_->width();
  if (inputs != model().info().width) fail("its head reads vectors of another width than its model's");
  const auto labels = static_cast<std::int64_t>(classes().labels.size());
  if (head_ && head_->shape().outputs != labels)
    fail("its head gives another number of outputs than its card has labels");
  const bool of_residues = classes().label_of == LabelOf::token;
  if (head_ && (head_->shape().labels_of == nn::LabelsOf::residues) != of_residues)
    fail("its card and its head disagree on whether residues or proteins are labelled");
}

std::optional<std::int64_t> Predictor::max_residues() const {
  std::optional<std::int64_t> most = model().info().max_residues;
  if (card_.max_residues > 0) most = std::min(most.value_or(card_.max_residues), card_.max_residues);
  return most;
}

bio::Encoded Predictor::readable(bio::Encoded whole) const {
  const auto most = max_residues();
  if (!most || whole.residues() <= *most) return whole;
  const bio::Tokenizer& tokenizer = model().tokenizer();
  whole.ids = tokenizer.with_ends(whole.ids_of(0, *most));
  whole.map = tokenizer.residue_map(whole.ids);
  return whole;
}

bio::Output Predictor::read() const {
  if (!card_.trunk) return read_by(classes());
  return head_ && head_->reads_residues() ? bio::Output::per_residue : bio::Output::mean;
}

engine::OutputRequest Predictor::request() const {
  return {{card_.trunk ? card_.trunk->layer : static_cast<int>(model().info().layers)}, {read()}};
}

Tensor Predictor::head_outputs(const engine::OutputValues& values) const {
  const Tensor& vectors = values.of(read());
  return head_outputs(vectors.rank() == 1 ? vectors.reshape({1, vectors.size(0)}) : vectors);
}

Tensor Predictor::head_outputs(const Tensor& vectors) const {
  if (neighbours_) return neighbours_->outputs(vectors, classes());
  const auto rows = static_cast<std::int32_t>(vectors.size(0));
  Tensor out = head_
                   ? (*head_)({vectors, head_->reads_residues() ? Tensor::of<std::int32_t>({2}, {0, rows}) : Tensor()})
                   : head_of(model()).classify(vectors);
  if (!ops::all_finite(out))
    throw Error(ErrorKind::bad_model, {"the head's numbers overflow: NaN or infinity comes out of it", folder_.string(),
                                       "its weights are damaged or far too large: train it again"});
  return out;
}

Predictor open_predictor(const std::filesystem::path& folder, ops::Precision precision) {
  const auto trunk = checkpoints::trunk_of(folder);
  if (!trunk) return Predictor(checkpoints::load_model(folder, precision));
  if (trunk->one_hot()) return {one_hot_model(), folder};
  return {checkpoints::load_model(checkpoints::read_trunk(*trunk, folder), precision), folder};
}

namespace {

// Keeps what the head makes of the vectors, and not these.
class HeadStore final : public engine::RunStore {
 public:
  HeadStore(const Predictor& predictor, std::size_t count) : predictor_(predictor), outputs(count) {}
  void refuse(std::int64_t, const Error& error) override { throw error; }
  void keep(std::int64_t key, engine::OutputValues values) override {
    if (values.failure) throw *values.failure;
    outputs[static_cast<std::size_t>(key)] = predictor_.head_outputs(values);
    ++done_;
  }
  std::int64_t batch_kept() override { return done_; }

 private:
  const Predictor& predictor_;
  std::int64_t done_ = 0;

 public:
  std::vector<Tensor> outputs;
};

}  // namespace

std::vector<Tensor> head_outputs_of(const Predictor& predictor, const std::vector<bio::Encoded>& proteins, Sink& sink) {
  std::vector<bio::Encoded> read;
  for (const bio::Encoded& protein : proteins) read.push_back(predictor.readable(protein));
  const engine::Runner runner(predictor.model(), predictor.request(),
                              {.keeping = engine::Keeping::beside, .progress = {.phase = "predicting"}});
  HeadStore store(predictor, proteins.size());
  runner.run(engine::jobs_of(read), store, sink);
  return std::move(store.outputs);
}

std::vector<double> probabilities(std::span<const float> row, Problem problem) {
  std::vector<double> out(row.begin(), row.end());
  if (problem == Problem::regression) return out;
  if (problem == Problem::multi_label) {
    for (double& x : out) x = 1 / (1 + std::exp(-x));
    return out;
  }
  const double top = *std::max_element(out.begin(), out.end());
  double sum = 0;
  for (double& x : out) sum += x = std::exp(x - top);
  for (double& x : out) x /= sum;
  return out;
}

}  // namespace groel::predictors
