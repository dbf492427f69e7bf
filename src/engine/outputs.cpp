// Runs one forward pass and collects the outputs from it.
#include "engine/outputs.h"

#include <algorithm>

#include "base/error.h"
#include "engine/finite.h"

namespace groel::engine {
namespace {

class Watched {
 public:
  Watched(const models::Model& model, std::span<const std::vector<std::int32_t>> sequences,
          const OutputRequest& request)
      : request_(request),
        layers_(static_cast<int>(model.info().layers)),
        batch_(models::Batch::pack(sequences, model.tokenizer())),
        pass_{model, batch_, sequences} {
    check_request(model, request);
    pass_.all_rows = request.all_rows;
    pass_.ends = request.ends;
    pass_.results.resize(sequences.size());
    pass_.not_finite.resize(sequences.size());
    for (std::size_t b = 0; b < sequences.size(); ++b)
      if (const auto [begin, end] = pass_.residues(b); begin == end)
        throw Error(ErrorKind::bad_input, "a sequence without residues");
    for (const Output output : request.outputs) {
      for (OutputValues& values : pass_.results)
        for (const int layer : layers_of(output, request.layers, layers_)) values.slot(output, layer);
      makers_.push_back(recipe(output).make(pass_, request.layers));
      whole_ |= recipe(output).layers == Layers::whole_model;
    }
  }

  std::vector<OutputValues> run() {
    const Tensor last = models::require<models::Encoder>(pass_.model).encode(batch_, taps());
    if (whole_)
      for (const auto& maker : makers_) maker->last(last);
    for (std::size_t b = 0; b < pass_.results.size(); ++b) finish(b);
    return std::move(pass_.results);
  }

 private:
  models::Taps taps() const {
    models::Taps taps;
    const auto asked_for = [this](int layer) {
      return std::binary_search(request_.layers.begin(), request_.layers.end(), layer);
    };
    taps.wants_hidden = asked_for;
    taps.hidden = [this, asked_for](int layer, const Tensor& x) {
      if (!asked_for(layer)) return;
      for (const auto& maker : makers_) maker->hidden(layer, x);
    };
    taps.attention = [this](int layer, std::int64_t b, const Tensor& maps) {
      for (const auto& maker : makers_)
        if (maker->wants_maps(layer)) maker->maps(layer, static_cast<std::size_t>(b), maps);
    };
    taps.wants_attention = [this](int layer) {
      return std::any_of(makers_.begin(), makers_.end(), [&](const auto& maker) { return maker->wants_maps(layer); });
    };
    taps.last_layer = whole_ || request_.layers.empty() ? layers_ : request_.layers.back();
    return taps;
  }

  void finish(std::size_t b) {
    OutputValues& result = pass_.results[b];
    std::string_view head;
    bool finite = !pass_.not_finite[b];
    for (const auto& value : result.values) {
      if (all_finite(value.tensor)) continue;
      finite = false;
      head = recipe(value.output).head;
    }
    if (finite) {
      for (const auto& maker : makers_) maker->finish(b);
      return;
    }
    result = {};
    result.failure = not_finite(pass_.model, pass_.sequences[b], head);
  }

  const OutputRequest& request_;
  int layers_;
  models::Batch batch_;
  OutputPass pass_;
  std::vector<std::unique_ptr<OutputMaker>> makers_;
  bool whole_ = false;  // all layers are needed
};

}  // namespace

bool OutputRequest::asks_for(Output output) const {
  return std::find(outputs.begin(), outputs.end(), output) != outputs.end();
}

bool OutputRequest::has_maps() const {
  return std::any_of(outputs.begin(), outputs.end(), [](Output output) {
    return bio::per(output) == bio::Per::residue_pair || bio::per(output) == bio::Per::token_pair;
  });
}

void check_request(const models::Model& model, const OutputRequest& request) {
  models::require<models::Encoder>(model);
  for (const Output output : request.outputs)
    if (recipe(output).check != nullptr) recipe(output).check(model);
}

std::vector<OutputValues> outputs_of(const models::Model& model, std::span<const std::vector<std::int32_t>> sequences,
                                     const OutputRequest& request) {
  if (sequences.empty()) return {};
  return Watched(model, sequences, request).run();
}

OutputValues outputs_of_one(const models::Model& model, const std::vector<std::int32_t>& sequence,
                            const OutputRequest& request) {
  OutputValues out = std::move(outputs_of(model, std::span(&sequence, 1), request).front());
  if (out.failure) throw *out.failure;
  return out;
}

}  // namespace groel::engine
