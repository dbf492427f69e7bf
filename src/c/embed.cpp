// Embeddings of the C interface: arrays that own their values.
#include <algorithm>
#include <iterator>
#include <optional>

#include "c/handles.h"

namespace groel::c {
namespace {

// groel_output has the numbers of Output.
constexpr int kOutputCount = 0
#define GROEL_OUTPUT(name, per) +1
#include <groel/outputs.inc>
#undef GROEL_OUTPUT
    ;

bool is_output(groel_output output) { return static_cast<int>(output) >= 0 && static_cast<int>(output) < kOutputCount; }

Output output_of(groel_output output) {
  if (!is_output(output)) throw Error(ErrorKind::usage, {"there is no such output", "output", {}});
  return static_cast<Output>(output);
}

EmbedOptions embed_options(const groel_embed_options& read) {
  EmbedOptions out;
  if (read.layers != nullptr) out.layers.assign(read.layers, read.layers + read.layer_count);
  if (read.outputs != nullptr) {
    out.outputs.clear();
    std::transform(read.outputs, read.outputs + read.output_count, std::back_inserter(out.outputs), output_of);
  }
  return out;
}

}  // namespace

void give_array(const Array& array, groel_array& out) {
  const std::vector<std::int64_t>& shape = array.shape();
  if (shape.size() > std::size(out.shape)) throw Error(ErrorKind::internal, "an array of too many dimensions");
  auto owner = std::make_unique<Array>(array);
  out = {array.values().data(), shape.size(), {}, owner.get()};
  std::ranges::copy(shape, out.shape);
  static_cast<void>(owner.release());
}

}  // namespace groel::c

struct groel_embedder {
  std::shared_ptr<groel::c::SessionState> state;  // goes after the embedder
  groel::Embedder embedder;
};

// One that keeps no state of its session: arrays outlive everything.
struct groel_embeddings {
  struct One {
    std::optional<groel::Embedding> embedding;
    std::unique_ptr<groel::c::KeptError> kept;
    std::optional<groel::Error> error{};
  };
  std::vector<One> all;

  void add(groel::Embedding&& embedding) { all.push_back({std::move(embedding), nullptr}); }
  void add(const groel::Error& error) {
    all.push_back({std::nullopt, std::make_unique<groel::c::KeptError>(error), error});
  }
};

namespace groel::c {
namespace {

const groel_embeddings::One& at_sequence(const groel_embeddings* embeddings, std::size_t sequence) {
  const auto& all = needed(embeddings, "embeddings").all;
  if (sequence >= all.size())
    throw Error(ErrorKind::usage, {"there are " + std::to_string(all.size()) + " sequences, from 0", "sequence", {}});
  return all[sequence];
}

const Embedding& embedding_at(const groel_embeddings* embeddings, std::size_t sequence) {
  const groel_embeddings::One& one = at_sequence(embeddings, sequence);
  if (one.error) throw Error(*one.error);
  return *one.embedding;
}

// What `compute` gives, as embeddings.
template <class Compute>
groel_status embed_by(groel_embeddings** embeddings, const Compute& compute) {
  return guarded([&] {
    needed(embeddings, "embeddings") = nullptr;
    auto out = std::make_unique<groel_embeddings>();
    for (auto& one : compute()) out->add(std::move(one));
    *embeddings = out.release();
  });
}

}  // namespace
}  // namespace groel::c

using groel::c::guarded;
using groel::c::needed;

const char* groel_output_name(groel_output output) {
  return groel::c::is_output(output) ? groel::name(groel::c::output_of(output)).data() : nullptr;
}

void groel_array_free(groel_array* array) {
  if (array == nullptr) return;
  delete static_cast<groel::Array*>(array->owner);
  *array = {};
}

groel_status groel_embedder_new(const groel_model* model, const groel_embed_options* options,
                                groel_embedder** embedder) {
  return guarded([&] {
    needed(embedder, "embedder") = nullptr;
    const groel_embed_options read = groel::c::read_options(options, "options");
    *embedder =
        new groel_embedder{needed(model, "model").state, groel::Embedder(model->model, groel::c::embed_options(read))};
  });
}

void groel_embedder_free(groel_embedder* embedder) { delete embedder; }

groel_status groel_embed(const groel_embedder* embedder, const char* const* sequences, size_t count,
                         groel_embeddings** embeddings) {
  return groel::c::embed_by(embeddings, [&] {
    return needed(embedder, "embedder").embedder(groel::c::read_texts(sequences, count, "sequences"));
  });
}

groel_status groel_embed_tokens(const groel_embedder* embedder, const int32_t* const* ids, const size_t* lengths,
                                size_t count, groel_embeddings** embeddings) {
  return groel::c::embed_by(embeddings, [&] {
    std::vector<std::vector<std::int32_t>> read;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t length = (&needed(lengths, "lengths"))[i];
      const std::int32_t* const own = (&needed(ids, "ids"))[i];
      if (length > 0) needed(own, "ids");
      read.emplace_back(own, own + length);
    }
    return needed(embedder, "embedder").embedder.of_tokens(read);
  });
}

void groel_embeddings_free(groel_embeddings* embeddings) { delete embeddings; }
size_t groel_embeddings_count(const groel_embeddings* embeddings) {
  return embeddings == nullptr ? 0 : embeddings->all.size();
}

const groel_error* groel_embeddings_error(const groel_embeddings* embeddings, size_t sequence) {
  if (embeddings == nullptr || sequence >= embeddings->all.size()) return nullptr;
  const auto& kept = embeddings->all[sequence].kept;
  return kept == nullptr ? nullptr : &kept->plain();
}

groel_status groel_embeddings_get(const groel_embeddings* embeddings, size_t sequence, groel_output output, int layer,
                                  groel_array* array) {
  return guarded([&] {
    needed(array, "array") = {};
    groel::c::give_array(groel::c::embedding_at(embeddings, sequence).at(groel::c::output_of(output), layer), *array);
  });
}

size_t groel_embeddings_value_count(const groel_embeddings* embeddings, size_t sequence) {
  if (embeddings == nullptr || sequence >= embeddings->all.size()) return 0;
  const auto& embedding = embeddings->all[sequence].embedding;
  return embedding ? embedding->values().size() : 0;
}

groel_status groel_embeddings_value(const groel_embeddings* embeddings, size_t sequence, size_t index,
                                    groel_output* output, int* layer, groel_array* array) {
  return guarded([&] {
    needed(array, "array") = {};
    const auto& values = groel::c::embedding_at(embeddings, sequence).values();
    if (index >= values.size())
      throw groel::Error(groel::ErrorKind::usage,
                         {"there are " + std::to_string(values.size()) + " values, from 0", "index", {}});
    needed(output, "output") = static_cast<groel_output>(values[index].output);
    needed(layer, "layer") = values[index].layer;
    groel::c::give_array(values[index].array, *array);
  });
}

groel_status groel_embed_each(const groel_embedder* embedder, const char* const* sequences, size_t count,
                              groel_embeddings** embeddings) {
  return guarded([&] {
    needed(embeddings, "embeddings") = nullptr;
    auto out = std::make_unique<groel_embeddings>();
    for (auto& one : needed(embedder, "embedder").embedder.each(groel::c::read_texts(sequences, count, "sequences")))
      std::visit([&](auto& came) { out->add(std::move(came)); }, one);
    *embeddings = out.release();
  });
}
