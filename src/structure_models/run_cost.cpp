// Counts the arrays and products of a run.
#include "structure_models/run_cost.h"

#include <algorithm>

namespace groel::structure_models {
namespace {

constexpr double kF32 = 4;
// Rows of matrices that are worked on at a time, beside what grows with a job: about a dozen of 16 MB.
constexpr double kChunks = 200e6;
// Bytes of a parameter while a file's are packed: in f32, and as in the file, where that has half of them as bf16.
constexpr double kLoading = 7;

double number(std::int64_t x) { return static_cast<double>(x); }

// Of the five updates of pairs of one block.
double pair_block_work(const nn::folding::PairBlockForm& form, double n) {
  const double c = number(form.width), inner = number(form.product_width), heads = number(form.heads * form.head_width);
  const double product = n * n * (4 * inner * c + inner * c + c * c) + n * n * n * inner;
  const double attention = n * n * 5 * heads * c + 2 * n * n * n * heads;
  return 2 * (2 * product + 2 * attention + n * n * 3 * number(form.transition) * c);
}

double pairformer_work(const nn::folding::PairformerForm& form, double n) {
  const double s = number(form.single_width), heads = number(form.single_heads * form.single_head_width);
  const double single = n * (5 * heads * s + 3 * number(form.single_transition) * s) + 2 * n * n * heads +
                        n * n * number(form.pairs.width * form.single_heads);
  return pair_block_work(form.pairs, n) + 2 * single;
}

double alignment_work(const AlignmentModuleForm& form, double n, double rows) {
  const double m = number(form.width), outer = number(form.outer.inner),
               heads = number(form.averaging.heads * form.averaging.head_width);
  const double product = rows * n * n * outer * outer + n * n * outer * outer * number(form.pairs.width);
  const double averaging = rows * n * 3 * heads * m + rows * n * n * heads;
  return 2 * (product + averaging + rows * n * 3 * number(form.transition) * m) + pair_block_work(form.pairs, n);
}

double atom_transformer_work(const AtomTransformerForm& form, double atoms) {
  const double d = number(form.width);
  const double block = (5 + 8) * d * d + 3 * number(form.transition) * d + 2 * kWindowKeys * d;
  return 2 * atoms * number(form.blocks) * block;
}

// Of one sample in one step.
double step_work(const Alphafold3DiffusionForm& form, double n, double atoms) {
  const TokenTransformerForm& tokens = form.tokens;
  const double t = number(tokens.width), c = number(tokens.condition), heads = number(tokens.heads * tokens.head_width);
  const double block = n * (5 * heads * t + 6 * t * c + 3 * number(tokens.transition) * t) + 2 * n * n * heads;
  return 2 * number(tokens.blocks) * block + atom_transformer_work(form.encoder.transformer, atoms) +
         atom_transformer_work(form.decoder.transformer, atoms) +
         2 * 2 * atoms * number(form.encoder.transformer.width) * t;
}

}  // namespace

NetworkCost run_cost(const NetworkForms& forms, const RunJob& job, const RunSettings& settings,
                     std::int64_t parameters) {
  const Alphafold3TrunkForm& trunk = forms.trunk;
  const AtomTransformerForm& atom = forms.diffusion.encoder.transformer;
  const TokenTransformerForm& tokens = forms.diffusion.tokens;
  const double n = number(job.tokens), atoms = number(job.atoms), pairs = n * n * kF32;
  const double rows = number(std::min(job.rows, settings.alignment_rows)), samples = number(settings.sampler.samples);
  const double pair = number(trunk.pair_width) * pairs,
               planes = 2 * number(std::max(trunk.pair_width, trunk.pairformer.pairs.product_width)) * pairs;
  const double templates = trunk.templates.blocks > 0 ? number(trunk.templates.block.width) * pairs : 0;
  const double alignment =
      rows * n * kF32 * (2 * number(trunk.alignment.width) + 7 * number(trunk.alignment.outer.inner));
  const double bias = 2 * atoms * kWindowKeys * number(atom.blocks * atom.heads) * kF32;
  const double groups = number(tokens.blocks_together * tokens.heads) * pairs;
  const double logits = settings.kept == KeptLogits::all ? number(tokens.blocks * tokens.heads) * pairs : groups;
  NetworkCost out;
  const auto bytes = [](double x) { return static_cast<std::size_t>(x); };
  out.weights = bytes(number(parameters) * kF32);
  out.loading = bytes(number(parameters) * kLoading);
  out.kept_logits = settings.kept == KeptLogits::all ? bytes(logits) : 0;
  out.trunk =
      bytes(kChunks + (1 + number(forms.kept_pairs)) * pair + std::max({planes, 5 * templates, alignment + planes}));
  out.diffusion = bytes(kChunks + 2 * pair + bias + logits + 6 * samples * atoms * number(atom.width) * kF32 +
                        8 * samples * n * number(tokens.width) * kF32);
  out.confidence = bytes(kChunks + 2 * pair + planes + 4 * pairs);
  const double passes = number(settings.passes);
  out.trunk_work =
      passes * (number(trunk.blocks) * pairformer_work(trunk.pairformer, n) +
                number(trunk.alignment.blocks) * alignment_work(trunk.alignment, n, rows) +
                (job.templates ? 4 : 1) * number(trunk.templates.blocks) * pair_block_work(trunk.templates.block, n));
  const double shared =
      settings.kept == KeptLogits::all ? 0 : 2 * n * n * number(trunk.pair_width * tokens.heads * tokens.blocks);
  out.diffusion_work = number(settings.sampler.steps) * (samples * step_work(forms.diffusion, n, atoms) + shared);
  out.confidence_work = samples * number(forms.confidence_blocks) * pairformer_work(forms.confidence, n);
  return out;
}

}  // namespace groel::structure_models
