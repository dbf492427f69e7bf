// Tables of other programs' flags, values and commands, with what GroEL has instead; used by cli/foreign.h.
#pragma once

#include <string_view>
#include <vector>

namespace groel::cli {

/// A flag of other programs. `ours`: option names with blanks between, of which the first that a command has is meant;
/// "INPUT" is the word that needs no flag. `note` is said with it, or alone where there is none.
struct ForeignFlag {
  std::string_view names;  ///< without dashes in front, blanks between
  std::string_view ours;
  std::string_view note;
};

inline constexpr ForeignFlag kForeignFlags[] = {
    // fair-esm's extract.py, predict.py and fold.py; esm-efficient; bio_embeddings; FastPLMs
    {"repr-layers repr-layer layer hidden-layer embedding-layer", "layers", "a list of them is one word: 0,32,33"},
    {"toks-per-batch tokens-per-batch max-tokens-per-batch token-budget", "max-tokens batch-tokens", ""},
    {"batch-size bs batch batchsize per-device-train-batch-size per-device-eval-batch-size train-batch-size "
     "eval-batch-size micro-batch-size",
     "max-tokens batch-tokens", "batches are counted in tokens, as nothing is padded"},
    {"model-location model-name model-path model-name-or-path pretrained pretrained-model checkpoint ckpt weights "
     "embedder embedder-name esm-model plm base-model model-id model-dir init-from load-from",
     "model from", ""},
    {"truncation-seq-length truncate truncation max-seq-length max-seq-len max-sequence-length max-len seq-length "
     "sequence-length context-length block-size",
     "max-length long", "nothing is cut unless you ask for it"},
    {"nogpu no-gpu no-cuda cpu cpu-only use-cpu", "",
     "leave it out: GroEL runs on the processor, and --threads says on how "
     "much of it"},
    {"device gpu gpus cuda use-gpu devices n-gpu num-gpus accelerator gpu-id device-id mps device-map", "",
     "GroEL runs on the processor, and uses no GPU yet: leave it out; --threads says how many cores to use"},
    {"num-workers workers n-jobs jobs num-threads nthreads n-threads num-cpu cpus ncpu cores processes num-proc "
     "n-cpu threads-per-batch",
     "threads", ""},
    {"num-layers n-layers num-hidden-layers n-layer depth", "layers", ""},
    {"hidden-size embed-dim d-model dim embedding-dim n-embd hidden-dim", "width", ""},
    {"num-heads n-heads num-attention-heads attention-heads n-head", "heads", ""},
    {"fp16 half float16", "dtype", "it is --dtype bf16: products are made in bfloat16, not in half precision"},
    {"bf16 bfloat16 amp mixed-precision autocast", "dtype", "it is --dtype bf16"},
    {"precision torch-dtype data-type compute-dtype", "dtype", ""},
    {"quantize quantization int8 load-in-8bit load-in-4bit 4bit 8bit", "dtype",
     "GroEL does not quantise; --dtype bf16 is faster on processors that have it"},
    {"output-dir out-dir outdir output-folder save-dir output-path out-path save-path output-file out-file outfile out "
     "output save dest destination result results save-to write-to emb-path dms-output",
     "output", ""},
    {"output-format out-format fmt", "format", "the extension of --output chooses it, too"},
    {"fasta fasta-file fasta-path input input-file input-path in infile in-file input-fasta fa seqs sequences "
     "sequence-file sequence seq protein proteins query file path",
     "INPUT data", "it needs no flag"},
    {"dms-input mutations mutants mutation mutant variant variant-file mutation-file dms", "variants", ""},
    {"mutation-column mutant-col mutant-column variant-col variant-column mut-col", "mutation-column", ""},
    {"offset-idx position-offset index-offset", "offset", ""},
    {"scoring-strategy strategy scoring scoring-method score-method", "method", ""},
    {"wt-marginals masked-marginals pseudo-ppl pppl", "method", "write it after --method"},
    {"dms all-mutations saturation deep-mutational-scan all-substitutions", "scan", ""},
    {"pooling pool pooling-type aggregation aggregate reduce", "include", "for example --include mean, max or cls"},
    {"per-tok per-token per-residue per-res residue-embeddings", "include", "write --include per-residue"},
    {"mean per-protein mean-pool mean-pooling", "include", "write --include mean"},
    {"cls bos", "include", "write --include cls; mean is better by the word of ESM's authors"},
    {"contacts return-contacts", "include", "write --include contacts"},
    {"return-logits output-logits", "include", "write --include logits"},
    {"attentions attention return-attentions output-attentions", "include", "write --include attentions"},
    {"output-hidden-states all-layers hidden-states", "layers", "write --layers all"},
    // trainers
    {"lr learning-rate-max max-lr peak-lr base-lr eta", "learning-rate", ""},
    {"num-epochs n-epochs num-train-epochs max-epochs epoch nepochs", "epochs", ""},
    {"max-steps num-steps n-steps train-steps total-steps max-iters iterations", "steps", ""},
    {"wd l2", "weight-decay", ""},
    {"warmup-steps warmup-ratio warm-up num-warmup-steps", "warmup", ""},
    {"gradient-accumulation-steps grad-accum grad-accumulation accumulate-grad-batches gradient-accumulation",
     "accumulate", ""},
    {"max-grad-norm clip-grad grad-clip gradient-clip gradient-clip-val clip-norm grad-norm", "clip", ""},
    {"lr-scheduler-type lr-scheduler scheduler lr-schedule", "schedule", ""},
    {"mlm-probability mlm-prob mask-prob mask-ratio masking-ratio mask-rate mlm", "mask-fraction", ""},
    {"train-file train-data training-data training-file train-set dataset data-path data-dir train-csv train-fasta "
     "csv data-file",
     "data INPUT", ""},
    {"validation-file valid-file val-file eval-file dev-file val validation dev eval-data valid-data val-data "
     "eval-dataset test-file validation-data",
     "valid", ""},
    {"val-split valid-split-size validation-split val-fraction test-size val-size holdout valid-size val-ratio",
     "valid-fraction", ""},
    {"save-steps checkpoint-every ckpt-every save-interval save-freq", "save-every", ""},
    {"logging-steps log-interval log-steps print-every", "log-every", ""},
    {"eval-steps eval-interval val-every evaluation-strategy eval-strategy", "eval-every", ""},
    {"early-stopping-patience early-stopping early-stop", "patience", ""},
    {"metric-for-best-model monitor", "metric", ""},
    {"load-best-model-at-end", "keep", "write --keep best"},
    {"lora use-lora lora-rank rank peft", "lora-r", ""},
    {"target-modules lora-modules", "lora-targets", ""},
    {"freeze-backbone freeze-encoder frozen linear-probe head-only freeze-base", "train", "write --train heads"},
    {"gradient-checkpointing activation-checkpointing", "checkpointing", ""},
    {"resume-from-checkpoint resume-from restore continue", "resume", ""},
    {"optim opt", "optimizer", ""},
    {"label-col labels target targets label y label-name y-col", "label-column target-column annotations", ""},
    {"seq-col seq-column", "sequence-column", ""},
    {"id-col name-column name-col", "id-column", ""},
    {"num-labels n-classes num-classes", "classes", "the classes are those of the labels"},
    {"task task-type problem-type objective", "problem", ""},
    {"random-state random-seed", "seed", ""},
    {"seed", "", "leave it out: nothing is drawn at random here, and equal calls give equal results"},
    {"deterministic", "", "leave it out: results are the same with any batches and threads"},
    // showing and finding
    {"topk top k num-predictions", "top-k neighbours top", ""},
    {"n-neighbors n-neighbours num-neighbors num-neighbours knn nn top-hits max-hits", "neighbours", ""},
    {"plot figure fig image img png svg save-plot plot-path visualize heatmap", "picture", ""},
    {"color-by color colour hue label-by", "colour-by", ""},
    {"pdb pdb-file cif structure-file template", "structure", ""},
    {"mask-position positions pos mask-idx mask-index", "position", ""},
    {"n-components components pcs", "dimensions", ""},
    {"umap", "method", "there is t-SNE and PCA: --method tsne or pca"},
    {"force force-overwrite clobber replace f", "overwrite", ""},
    {"verbose debug log-level loglevel progress", "", "leave it out: progress is shown; -q shows less"},
    {"silent no-progress disable-tqdm", "quiet", "write -q"},
    {"cache-dir hf-home", "",
     "leave it out: the variables HF_HOME and HF_HUB_CACHE say where the Hugging Face cache is"},
    {"trust-remote-code use-safetensors use-fast-tokenizer local-files-only offline", "",
     "leave it out: GroEL runs no code of models, and never reaches for the network"},
    {"compile flash-attention use-flash-attn attn-implementation", "",
     "leave it out: the fastest kernels are chosen anyway"},
};

/// A value of other programs' that is called otherwise here.
struct ForeignValue {
  std::string_view theirs, ours;
};
inline constexpr ForeignValue kForeignValues[] = {
    {"per-tok", "per-residue"},
    {"per-token", "per-residue"},
    {"per-res", "per-residue"},
    {"residue", "per-residue"},
    {"residues", "per-residue"},
    {"token", "per-residue"},
    {"bos", "cls"},
    {"average", "mean"},
    {"avg", "mean"},
    {"pooled", "mean"},
    {"per-protein", "mean"},
    {"contact", "contacts"},
    {"attention", "attentions"},
    {"fp32", "f32"},
    {"float32", "f32"},
    {"bfloat16", "bf16"},
    {"fp16", "bf16"},
    {"float16", "bf16"},
    {"half", "bf16"},
    {"hdf5", "h5"},
    {"t-sne", "tsne"},
    {"h5", "hdf5"},
    {"adam", "adamw"},
    {"pseudo-ppl", "pseudo-perplexity"},
    {"multiclass", "single-label"},
    {"multilabel", "multi-label"},
    {"json", "jsonl"},
};

/// A command of other programs, or a word for what a person wants.
struct ForeignCommand {
  std::string_view names;  ///< blanks between
  std::string_view does;   ///< what to give instead, or why there is nothing
};

inline constexpr ForeignCommand kForeignCommands[] = {
    {"extract esm-extract embeddings embedding encode vectorize featurize represent representations features",
     "`groel embed my.fasta -o proteins.h5` writes embeddings"},
    {"mask unmask fill predict-mask mlm-predict", "`groel fill-mask SEQUENCE` shows what the model puts at <mask>"},
    {"inference infer run prediction",
     "say what to predict: `groel predict` (labels, by a predictor of your own), `fill-mask` (hidden residues), "
     "`score` (variants), `contacts`"},
    {"mutate mutations mutation variants variant dms scan effect vep zero-shot rank",
     "`groel score my.fasta --scan -o scan.csv` scores every substitution, --variants those of a list"},
    {"umap tsne t-sne pca plot visualize visualise map reduce",
     "`groel project proteins.h5 --picture map.html` draws a map of embeddings (t-SNE or PCA)"},
    {"cluster clustering linclust",
     "GroEL does not cluster; `groel project proteins.h5 --picture map.html` shows groups, `groel search` finds "
     "neighbours"},
    {"similarity similar compare neighbours neighbors knn nn nearest blast annotate transfer query find lookup index",
     "`groel search index proteins.h5 -o proteins.index`, then `groel search query proteins.index` finds the nearest "
     "and "
     "carries labels over"},
    {"finetune fine-tune classify classifier regress regression fit learn",
     "`groel train classify --data table.csv --label-column NAME --from MODEL --output DIR` learns labels"},
    {"pretrain pre-train mlm", "`groel train mlm --data my.fasta --output DIR` trains on sequences"},
    {"eval test benchmark-model validate",
     "`groel evaluate mlm`, `classify` or `residues` measures a model, `table` scores predictions in a table; `groel "
     "bench` measures speed"},
    {"ppl pppl pseudo-perplexity pseudo-ppl likelihood loglikelihood", "`groel perplexity my.fasta` measures it"},
    {"contact contact-map contactmap contact-prediction",
     "`groel contacts my.fasta --picture map.png` predicts contacts"},
    {"attn attentions", "`groel attention SEQUENCE --picture maps.png` shows attention maps"},
    {"onehot one-hot tokenize tokenise vocab vocabulary",
     "`groel tokens` shows the vocabulary, `groel tokens SEQUENCE` one-hot vectors"},
    {"download get fetch install add-model", "`groel pull esm2-650m` downloads a model"},
    {"list ls model checkpoints zoo", "`groel models` lists models"},
    {"fold esm-fold esmfold structure structures predict-structure",
     "GroEL does not fold proteins yet; `groel contacts` predicts contacts"},
    {"generate sample design inpaint inverse-folding",
     "GroEL does not generate sequences yet; `groel fill-mask` shows what fits a place"},
    {"quantize quantise export save-pretrained merge",
     "`groel convert --to bf16 --output DIR` writes a checkpoint anew"},
    {"gpu system check env status diagnose", "`groel doctor` says what this machine can do"},
    {"demo start quickstart try tour tutorial examples",
     "`groel example` shows the main job; docs/start.md goes by questions"},
    {"plot-loss loss-curve tensorboard", "`groel curves RUN --picture loss.html` draws training runs"},
    {"serve server api", "there is no server yet; the library is in include/groel"},
    {"align msa search-msa mmseqs", "GroEL makes no alignments; `groel search` compares proteins by their embeddings"},
    {"describe show inspect summary", "`groel info MODEL` describes a checkpoint"},
};

}  // namespace groel::cli
