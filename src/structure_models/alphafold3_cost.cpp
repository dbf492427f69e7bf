// Counts the arrays and products of a run.
#include "structure_models/alphafold3_cost.h"

#include <algorithm>

#include "structure_models/alphafold3_rules.h"

namespace groel::structure_models {
namespace {

constexpr double kF32 = 4;
// Rows of matrices that are worked on at a time, beside what grows with a job: about a dozen of 16 MB.
constexpr double kChunks = 200e6;
// Bytes of a parameter while the file's are packed: in f32, and as in the file, which has near half of them as bf16.
constexpr double kLoading = 7;

double number(std::int64_t x) { return static_cast<double>(x); }

// Of the five updates of pairs of one block.
double pair_block_work(const nn::folding::PairBlockForm& form, double n) {
  const double c = number(form.width), inner = number(form.product_width), heads = number(form.heads * form.head_width);
  const double product = n * n * (4 * inner * c + inner * c + c * c) + n * n * n * inner;
  const double attention = n * n * 5 * heads * c + 2 * n * n * n * heads;
  return 2 * (2 * product + 2 * attention + n * n * 3 * number(form.transition) * c);
}

double pairformer_work(const Alphafold3Shape& shape, double n) {
  const double s = number(shape.single), heads = number(shape.single_heads * shape.single_head);
  const double single = n * (5 * heads * s + 3 * number(shape.single_inner) * s) + 2 * n * n * heads +
                        n * n * number(shape.pair * shape.single_heads);
  return pair_block_work(shape.pair_block(), n) + 2 * single;
}

double alignment_work(const Alphafold3Shape& shape, double n, double rows) {
  const double m = number(shape.alignment), outer = number(shape.outer),
               heads = number(shape.alignment_heads * shape.alignment_head);
  const double product = rows * n * n * outer * outer + n * n * outer * outer * number(shape.pair);
  const double averaging = rows * n * 3 * heads * m + rows * n * n * heads;
  return 2 * (product + averaging + rows * n * 3 * number(shape.alignment_inner) * m) +
         pair_block_work(shape.pair_block(), n);
}

double atom_transformer_work(const Alphafold3Shape& shape, double atoms) {
  const double d = number(shape.atom);
  const double block = (5 + 8) * d * d + 3 * number(shape.atom_inner) * d + 2 * kWindowKeys * d;
  return 2 * atoms * number(shape.atom_blocks) * block;
}

// Of one sample in one step.
double step_work(const Alphafold3Shape& shape, double n, double atoms) {
  const double t = number(shape.token), c = number(shape.single), heads = number(shape.token_heads * shape.token_head);
  const double block = n * (5 * heads * t + 6 * t * c + 3 * number(shape.token_inner) * t) + 2 * n * n * heads;
  return 2 * number(shape.super_blocks * shape.blocks_together) * block + 2 * atom_transformer_work(shape, atoms) +
         2 * 2 * atoms * number(shape.atom) * t;
}

}  // namespace

std::int64_t alphafold3_parameters(const Alphafold3Shape& shape) {
  std::int64_t out = 0;
  for (const RecordRule& rule : alphafold3_rules(shape)) out += element_count(rule.shape());
  return out;
}

Alphafold3Cost alphafold3_cost(const Alphafold3Shape& shape, const Alphafold3Job& job,
                               const Alphafold3RunSettings& settings, std::int64_t parameters) {
  const double n = number(job.tokens), atoms = number(job.atoms), pairs = n * n * kF32;
  const double rows = number(std::min(job.rows, settings.alignment_rows)), samples = number(settings.sampler.samples);
  const double pair = number(shape.pair) * pairs, planes = 2 * pair;
  const double templates = number(shape.templates) * pairs;
  const double alignment = rows * n * kF32 * (2 * number(shape.alignment) + 7 * number(shape.outer));
  const double bias = 2 * atoms * kWindowKeys * number(shape.atom_blocks * shape.atom_heads) * kF32;
  const double groups = number(shape.blocks_together * shape.token_heads) * pairs;
  const double logits = settings.kept == KeptLogits::all ? groups * number(shape.super_blocks) : groups;
  Alphafold3Cost out;
  const auto bytes = [](double x) { return static_cast<std::size_t>(x); };
  out.weights = bytes(number(parameters) * kF32);
  out.loading = bytes(number(parameters) * kLoading);
  out.kept_logits = settings.kept == KeptLogits::all ? bytes(logits) : 0;
  out.trunk = bytes(kChunks + pair + std::max({planes, 5 * templates, alignment + planes}));
  out.diffusion = bytes(kChunks + 2 * pair + bias + logits + 6 * samples * atoms * number(shape.atom) * kF32 +
                        8 * samples * n * number(shape.token) * kF32);
  out.confidence = bytes(kChunks + 2 * pair + planes + 4 * pairs);
  const double passes = number(settings.passes);
  out.trunk_work =
      passes * (number(shape.trunk_blocks) * pairformer_work(shape, n) +
                number(shape.alignment_blocks) * alignment_work(shape, n, rows) +
                (job.templates ? 4 : 1) * number(shape.template_blocks) * pair_block_work(shape.template_block(), n));
  const double shared =
      settings.kept == KeptLogits::all
          ? 0
          : 2 * n * n * number(shape.pair * shape.token_heads * shape.super_blocks * shape.blocks_together);
  out.diffusion_work = number(settings.sampler.steps) * (samples * step_work(shape, n, atoms) + shared);
  out.confidence_work = samples * number(shape.confidence_blocks) * pairformer_work(shape, n);
  return out;
}

}  // namespace groel::structure_models
