// The sizes of a network in AlphaFold 3's form of file, as its weights have them, and what no file says.
#pragma once

#include "io/arrays.h"
#include "structure_models/alphafold3/confidence.h"
#include "structure_models/network_core.h"

namespace groel::structure_models {

/// How keys of atoms are told to be of a query's conformer. AlphaFold 3 looks up that of atom f in the wrong array,
/// where it finds that of token f / 24, and its weights were trained so.
enum class KeySpaces { of_token_by_index, of_atom };
/// Bonds in the matrix of pairs. listed: row and column as the features list them (AlphaFold 3); both: the other way
/// round, too.
enum class BondSides { listed, both };

/// Sizes that the forms of its parts are made of; as published unless a file says otherwise.
struct Alphafold3Shape {
  std::int64_t pair = 128, single = 384, alignment = 64, templates = 64, atom = 128, atom_pair = 16, token = 768;
  std::int64_t atom_out = 384;  ///< what the first encoder gives each token
  std::int64_t trunk_blocks = 48, alignment_blocks = 4, template_blocks = 2, confidence_blocks = 4;
  std::int64_t atom_blocks = 3, atom_heads = 4, atom_head = 32, token_heads = 16, token_head = 48;
  std::int64_t super_blocks = 6, blocks_together = 4;
  std::int64_t pair_heads = 4, pair_head = 32, single_heads = 16, single_head = 24;
  std::int64_t template_heads = 4, template_head = 16, template_inner = 128;
  std::int64_t alignment_heads = 8, alignment_head = 8, outer = 32;
  std::int64_t pair_inner = 512, single_inner = 1536, alignment_inner = 256;  ///< of transitions
  std::int64_t atom_inner = 256, token_inner = 1536, single_condition_inner = 768, pair_condition_inner = 256;
  // What the weights were trained with, and no file says.
  nn::folding::EndingBias ending_bias = nn::folding::EndingBias::as_is;
  TemplatePairs template_pairs = TemplatePairs::within_chains;
  EmptyKeys empty_keys = EmptyKeys::visible;
  WindowEdge windows = WindowEdge::shifted;
  KeySpaces key_spaces = KeySpaces::of_token_by_index;
  BondSides bonds = BondSides::listed;
  NoiseFrequencies noise = NoiseFrequencies::constants;

  /// Residue types, their profile, the mean of deletions, the first encoder.
  std::int64_t target() const { return 31 + 31 + 1 + atom_out; }
  nn::folding::PairBlockForm pair_block() const;
  nn::folding::PairBlockForm template_block() const;
  nn::folding::PairformerForm pairformer() const;
  AtomTransformerForm atom_transformer() const;
  AtomEncoderForm first_encoder() const;
  Alphafold3TrunkForm trunk() const;
  Alphafold3DiffusionForm diffusion() const;
  Alphafold3ConfidenceForm confidence() const;
  NetworkCoreForm core() const;
};

/// The number of parameters of a network of that shape.
std::int64_t alphafold3_parameters(const Alphafold3Shape& shape);

/// By the shapes of records (records.h); what is not there stays as published.
Alphafold3Shape alphafold3_shape(const io::ArrayMap& records);

}  // namespace groel::structure_models
