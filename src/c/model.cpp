// Models of the C interface, and what they say of a sequence: tokens, scores of variants, masked residues.
#include <algorithm>

#include "c/handles.h"

using groel::c::guarded;
using groel::c::needed;

groel_model::groel_model(std::shared_ptr<groel::c::SessionState> of, groel::Model loaded)
    : state(std::move(of)),
      model(std::move(loaded)),
      capabilities(groel::c::pointers_to(model.description().capabilities)) {
  const groel::ModelDescription& d = model.description();
  description = {
      d.family.c_str(),    d.layers,           d.width, d.heads, d.vocabulary, d.parameters, d.max_residues.value_or(0),
      capabilities.data(), capabilities.size()};
}

struct groel_filled {
  std::vector<groel::FilledMask> masks;
  std::vector<std::vector<groel_mask_choice>> choices;
  std::vector<groel_filled_mask> plain;
};

namespace groel::c {
namespace {

Dtype dtype_of(groel_dtype dtype) {
  switch (dtype) {
    case GROEL_F32: return Dtype::f32;
    case GROEL_BF16: return Dtype::bf16;
    case GROEL_F32X3: return Dtype::f32x3;
    case GROEL_INT8: return Dtype::int8;
  }
  throw Error(ErrorKind::usage, {"there is no such data type", "options.dtype", {}});
}

Scoring scoring_of(groel_scoring scoring) {
  switch (scoring) {
    case GROEL_MASKED_MARGINALS: return Scoring::masked_marginals;
    case GROEL_WT_MARGINALS: return Scoring::wt_marginals;
    case GROEL_PSEUDO_PERPLEXITY: return Scoring::pseudo_perplexity;
  }
  throw Error(ErrorKind::usage, {"there is no such scoring", "scoring", {}});
}

std::unique_ptr<groel_filled> plain_masks(std::vector<FilledMask> masks) {
  auto out = std::make_unique<groel_filled>();
  out->masks = std::move(masks);
  for (const FilledMask& mask : out->masks) {
    auto& choices = out->choices.emplace_back();
    for (const MaskChoice& choice : mask.choices) choices.push_back({choice.token.c_str(), choice.probability});
  }
  for (std::size_t i = 0; i < out->masks.size(); ++i)
    out->plain.push_back({out->masks[i].position, out->choices[i].size(), out->choices[i].data()});
  return out;
}

}  // namespace
}  // namespace groel::c

groel_status groel_model_load(groel_session* session, const char* name, const groel_load_options* options,
                              groel_model** model) {
  return guarded([&] {
    needed(model, "model") = nullptr;
    const groel_load_options read = groel::c::read_options(options, "options");
    const groel::LoadOptions to{groel::c::dtype_of(read.dtype),
                                groel::c::read_texts(read.prompts, read.prompt_count, "options.prompts")};
    auto state =
        session != nullptr ? session->state : std::make_shared<groel::c::SessionState>(groel_session_options{});
    groel::Model loaded = groel::Model::load(&needed(name, "name"), to, state->session);
    *model = new groel_model(std::move(state), std::move(loaded));
  });
}

void groel_model_free(groel_model* model) { delete model; }

const groel_description* groel_model_description(const groel_model* model) {
  return model == nullptr ? nullptr : &model->description;
}

groel_status groel_model_tokens(const groel_model* model, const char* sequence, int32_t* ids, size_t capacity,
                                size_t* count) {
  return guarded([&] {
    needed(count, "count") = 0;
    const std::vector<std::int32_t> tokens = needed(model, "model").model.tokens(&needed(sequence, "sequence"));
    const std::size_t fit = std::min(capacity, tokens.size());
    if (fit > 0) std::copy_n(tokens.begin(), fit, &needed(ids, "ids"));
    *count = tokens.size();
  });
}

groel_status groel_score(const groel_model* model, groel_scoring scoring, const char* wild_type,
                         const char* const* variants, size_t count, double* scores) {
  return guarded([&] {
    const groel::VariantScorer scorer(needed(model, "model").model, groel::c::scoring_of(scoring));
    const auto texts = groel::c::read_texts(variants, count, "variants");
    if (count > 0) needed(scores, "scores");
    std::ranges::copy(scorer(&needed(wild_type, "wild_type"), texts), scores);
  });
}

groel_status groel_fill_mask(const groel_model* model, const char* sequence, size_t top, groel_filled** filled) {
  return guarded([&] {
    constexpr std::size_t kTop = 5;
    needed(filled, "filled") = nullptr;
    const groel::MaskFiller filler(needed(model, "model").model);
    *filled = groel::c::plain_masks(filler(&needed(sequence, "sequence"), top == 0 ? kTop : top)).release();
  });
}

void groel_filled_free(groel_filled* filled) { delete filled; }
size_t groel_filled_count(const groel_filled* filled) { return filled == nullptr ? 0 : filled->plain.size(); }
const groel_filled_mask* groel_filled_masks(const groel_filled* filled) {
  return filled == nullptr ? nullptr : filled->plain.data();
}
