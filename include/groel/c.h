// GroEL for C, and for every language that can call C: opaque handles, plain structs, a status from each function.
//
// Errors. A function that can fail returns a groel_status, 0 for well done; what went wrong is then in
//   groel_last_error() of the same thread, and what the function would have given is NULL, 0 or as it was. No C++
//   exception comes through. An argument that must not be NULL and is, is GROEL_USAGE.
// Ownership. Handles are given by functions and given back by their own groel_..._free, which takes NULL. A handle
// keeps
//   alive what it was made of, so that the order of freeing does not matter. What pointers in structs point to belongs
//   to the library, and lives as long as the handle that it came from, or as is said there. Arguments are not kept.
// Threads. Handles may be used by several threads at a time, but for groel_reader and for freeing.
// Versions. Structs of options begin with `size`, which is sizeof the struct; members that are 0 or NULL are left as
// they
//   are by default, and NULL for the struct is all defaults. Later versions append members, functions and constants,
//   and change none: GROEL_C_VERSION grows with each such step. libgroel.so.1 becomes .2 should that ever be broken.
// Text is UTF-8 that ends in NUL. Sequences are read as on the command line: lower case as upper case, <mask> one
// residue. Shapes: L residues of a sequence, n tokens (with those at the ends), D width, H heads, V vocabulary;
// row-major f32.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GROEL_C_VERSION 1
#define GROEL_API __attribute__((visibility("default")))

/// GROEL_C_VERSION of the library that runs.
GROEL_API int groel_c_version(void);
/// "0.1.0"
GROEL_API const char* groel_version(void);

// --- errors ---

typedef enum groel_status {
  GROEL_OK = 0,
  GROEL_USAGE = 1,        ///< the caller asked for something that makes no sense
  GROEL_NOT_FOUND = 2,    ///< a named file, model or record is not there
  GROEL_BAD_INPUT = 3,    ///< a record or data file is malformed
  GROEL_BAD_MODEL = 4,    ///< a checkpoint is malformed, incomplete or not what it claims to be
  GROEL_IO = 5,           ///< the system refused to read or write
  GROEL_MEMORY = 6,       ///< the work does not fit in the memory allowed
  GROEL_UNSUPPORTED = 7,  ///< sound, but not something this build, machine or model can do
  GROEL_INTERRUPTED = 8,  ///< cancelled, or a callback asked for the end
  GROEL_INTERNAL = 9      ///< a defect of GroEL
} groel_status;

typedef struct groel_error {
  groel_status status;
  const char* message;  ///< "where: what", and the remedy on a line of its own
  const char* what;     ///< what went wrong, one sentence without a full stop
  const char* where;    ///< file, line, record or tensor; may be empty
  const char* remedy;   ///< what to do about it; may be empty
} groel_error;

/// Of the last function that failed on this thread, until another one fails here; NULL: none has.
GROEL_API const groel_error* groel_last_error(void);
/// "bad_input", as in JSON and in docs/errors.md; "ok".
GROEL_API const char* groel_status_name(groel_status status);
/// The exit status that the program groel would have.
GROEL_API int groel_exit_code(groel_status status);

// --- sessions: threads, memory, progress, cancelling ---

typedef struct groel_session groel_session;

/// How far a long run is; the texts live as long as the call that shows it.
typedef struct groel_progress {
  const char* phase;  ///< "embedding"
  int64_t done;       ///< in `unit`
  int64_t total;
  int64_t tokens;  ///< in `token_unit`: worked on so far
  int64_t total_tokens;
  double seconds;  ///< since the phase began
  const char* unit;
  const char* token_unit;
  const char* detail;  ///< more to show; may be empty
} groel_progress;

/// Callbacks come from a thread that works, which is the caller's mostly, never two at a time of one call. They must
/// not let an exception out, and may call groel_session_cancel, but nothing that works.
typedef struct groel_session_options {
  size_t size;
  int64_t threads;  ///< 0: as many as cores that this process may run on
  uint64_t memory;  ///< bytes that all of it may take; 0: most of what the machine has free
  void* user;       ///< first argument of the callbacks
  /// Another value than 0 cancels the session.
  int (*progress)(void* user, const groel_progress* now);
  /// The phase is over.
  void (*progress_done)(void* user);
  void (*note)(void* user, const char* text);
  void (*warning)(void* user, const char* text);
} groel_session_options;

/// Several live in one process and know nothing of each other.
/// Errors: GROEL_USAGE for an impossible number of threads.
GROEL_API groel_status groel_session_new(const groel_session_options* options, groel_session** session);
GROEL_API void groel_session_free(groel_session* session);
/// From any thread and from signal handlers: what works in this session ends at its next step with GROEL_INTERRUPTED,
/// and so does what begins after it, until groel_session_resume.
GROEL_API void groel_session_cancel(groel_session* session);
GROEL_API void groel_session_resume(groel_session* session);
GROEL_API int groel_session_threads(const groel_session* session);

// --- models ---

typedef struct groel_model groel_model;

typedef enum groel_dtype {
  GROEL_F32 = 0,    ///< the reference's numbers
  GROEL_BF16 = 1,   ///< faster where the processor has bf16 products
  GROEL_F32X3 = 2,  ///< products of several in bf16, nearly f32's accuracy, where that is faster (AMX)
  GROEL_INT8 = 3    ///< weights and inputs of products as whole numbers
} groel_dtype;

typedef struct groel_load_options {
  size_t size;
  groel_dtype dtype;
  const char* const* prompts;  ///< learned prompts that join every sequence: names beside the model, or files
  size_t prompt_count;
} groel_load_options;

/// `name`: whatever -m takes: a published id, a folder, a file, a bundled name. `session` NULL: one of its own.
/// Errors: GROEL_NOT_FOUND, GROEL_BAD_MODEL, GROEL_UNSUPPORTED, GROEL_MEMORY, GROEL_IO, GROEL_INTERRUPTED.
GROEL_API groel_status groel_model_load(groel_session* session, const char* name, const groel_load_options* options,
                                        groel_model** model);
GROEL_API void groel_model_free(groel_model* model);

typedef struct groel_description {
  const char* family;
  int64_t layers, width, heads, vocabulary, parameters;
  int64_t max_residues;             ///< 0: any length
  const char* const* capabilities;  ///< "encoder", "masked_lm", "contacts", "causal_lm"
  size_t capability_count;
} groel_description;

/// Lives as long as the model; NULL for NULL.
GROEL_API const groel_description* groel_model_description(const groel_model* model);

/// Ids of a sequence with those of the end tokens: at most `capacity` of them are written, `count` is how many there
/// are. Errors: GROEL_BAD_INPUT.
GROEL_API groel_status groel_model_tokens(const groel_model* model, const char* sequence, int32_t* ids, size_t capacity,
                                          size_t* count);

// --- embedding: vectors, logits, contacts, attention maps ---

typedef enum groel_output {
  GROEL_MEAN = 0,         ///< [D]: mean over the residues
  GROEL_MAX = 1,          ///< [D]: maximum over the residues
  GROEL_CLS = 2,          ///< [D]: of the token before the residues
  GROEL_PER_RESIDUE = 3,  ///< [L, D]
  GROEL_LOGITS = 4,       ///< [L, V], natural units, not normalised
  GROEL_CONTACTS = 5,     ///< [L, L]: probabilities of C-beta atoms within 8 angstrom
  GROEL_ATTENTIONS = 6    ///< [H, n, n]
} groel_output;

/// "per_residue"; NULL where there is no such output.
GROEL_API const char* groel_output_name(groel_output output);

/// Values that live until groel_array_free, whatever else is freed. This struct stays as it is.
typedef struct groel_array {
  const float* values;  ///< row-major
  size_t rank;
  int64_t shape[4];
  void* owner;
} groel_array;

/// Sets it to nothing. Copies of the struct share one owner: free one of them.
GROEL_API void groel_array_free(groel_array* array);

typedef struct groel_embedder groel_embedder;
typedef struct groel_embeddings groel_embeddings;

typedef struct groel_embed_options {
  size_t size;
  const int* layers;  ///< 0 is the embeddings, -1 the last layer (after the final norm); NULL: -1
  size_t layer_count;
  const groel_output* outputs;  ///< each once; NULL: GROEL_MEAN
  size_t output_count;
} groel_embed_options;

/// Errors: GROEL_UNSUPPORTED for what the model cannot give, GROEL_USAGE for a layer that it has not.
GROEL_API groel_status groel_embedder_new(const groel_model* model, const groel_embed_options* options,
                                          groel_embedder** embedder);
GROEL_API void groel_embedder_free(groel_embedder* embedder);

/// Of each sequence, in order; bitwise the same in any batch and with any number of threads. The first sequence that
/// cannot be embedded is the error, which names it by its index.
/// Errors: GROEL_BAD_INPUT, GROEL_MEMORY, GROEL_INTERRUPTED.
GROEL_API groel_status groel_embed(const groel_embedder* embedder, const char* const* sequences, size_t count,
                                   groel_embeddings** embeddings);
/// The same, where a sequence that cannot be embedded fails alone: groel_embeddings_error says why.
GROEL_API groel_status groel_embed_each(const groel_embedder* embedder, const char* const* sequences, size_t count,
                                        groel_embeddings** embeddings);
/// Of ids with the end tokens: `ids[i]` has `lengths[i]` of them.
GROEL_API groel_status groel_embed_tokens(const groel_embedder* embedder, const int32_t* const* ids,
                                          const size_t* lengths, size_t count, groel_embeddings** embeddings);
GROEL_API void groel_embeddings_free(groel_embeddings* embeddings);

/// How many sequences.
GROEL_API size_t groel_embeddings_count(const groel_embeddings* embeddings);
/// Why there is nothing of this sequence; NULL: there is. Lives as long as the embeddings.
GROEL_API const groel_error* groel_embeddings_error(const groel_embeddings* embeddings, size_t sequence);
/// `layer`: 0 to the number of layers (that for logits and contacts); -1: the highest that there is.
/// Errors: GROEL_USAGE, where it was not asked for; what was the sequence's own error.
GROEL_API groel_status groel_embeddings_get(const groel_embeddings* embeddings, size_t sequence, groel_output output,
                                            int layer, groel_array* array);
/// How many values there are of a sequence (0 where it has failed), and the one of an index: output by output, layers
/// ascending.
GROEL_API size_t groel_embeddings_value_count(const groel_embeddings* embeddings, size_t sequence);
GROEL_API groel_status groel_embeddings_value(const groel_embeddings* embeddings, size_t sequence, size_t index,
                                              groel_output* output, int* layer, groel_array* array);

// --- scores of variants ---

typedef enum groel_scoring {
  GROEL_MASKED_MARGINALS = 0,  ///< each position masked in a copy of its own
  GROEL_WT_MARGINALS = 1,      ///< one pass over the wild type as it is
  GROEL_PSEUDO_PERPLEXITY = 2  ///< the whole variant, each residue masked in turn
} groel_scoring;

/// A score per variant ("M1A", "A5D:K9R") into scores[count]: natural logarithm of a ratio of probabilities, higher is
/// more like what the model expects, 0 is the wild type's.
/// Errors: GROEL_BAD_INPUT naming the first variant that cannot be scored; GROEL_UNSUPPORTED, GROEL_MEMORY,
/// GROEL_INTERRUPTED.
GROEL_API groel_status groel_score(const groel_model* model, groel_scoring scoring, const char* wild_type,
                                   const char* const* variants, size_t count, double* scores);

// --- masked residues ---

typedef struct groel_filled groel_filled;

typedef struct groel_mask_choice {
  const char* token;   ///< a residue's letter
  double probability;  ///< of the 20 residues' one
} groel_mask_choice;

typedef struct groel_filled_mask {
  int64_t position;  ///< of the residue, from 1
  size_t choice_count;
  const groel_mask_choice* choices;  ///< the likeliest first
} groel_filled_mask;

/// Each <mask> of the sequence, all masked together; `top` choices of each, 0: 5.
/// Errors: GROEL_BAD_INPUT where there is no mask; GROEL_UNSUPPORTED, GROEL_MEMORY, GROEL_INTERRUPTED.
GROEL_API groel_status groel_fill_mask(const groel_model* model, const char* sequence, size_t top,
                                       groel_filled** filled);
GROEL_API void groel_filled_free(groel_filled* filled);
GROEL_API size_t groel_filled_count(const groel_filled* filled);
/// [groel_filled_count], in order of position; they live as long as `filled`.
GROEL_API const groel_filled_mask* groel_filled_masks(const groel_filled* filled);

// --- new proteins ---

/// A number that is left to the model's settings where `given` is 0: {1, 0.7}.
typedef struct groel_number {
  int given;
  double value;
} groel_number;

/// Likewise a whole one: {1, 50}.
typedef struct groel_count {
  int given;
  int64_t value;
} groel_count;

/// As the options of `groel generate`.
typedef struct groel_generate_options {
  size_t size;
  const char* prompt;  ///< NULL: the model's token that begins a protein
  int64_t number;      ///< of proteins; 0: 1
  int greedy;          ///< not 0: the likeliest token always; takes none of the next five, and one protein
  groel_number temperature, top_p, min_p, typical_p;
  groel_count top_k;
  uint32_t seed;
  groel_number repetition_penalty;
  groel_count max_new_tokens, min_residues, max_residues;
  int ignore_end;      ///< not 0: go on after the token that ends a protein
  const char* forbid;  ///< letters that never come: "XBZ"
  int64_t batch;       ///< proteins at a time; 0: by the memory that there is
} groel_generate_options;

/// Lives as long as the callback that it is given to.
typedef struct groel_protein {
  const char* sequence;            ///< residues of the prompt and of what was written
  const char* text;                ///< of the new tokens as the tokenizer has them
  const int32_t* token_ids;        ///< the new ones [token_count]
  const float* log_probabilities;  ///< of each, natural, by the model itself [token_count]
  size_t token_count;
  double perplexity;  ///< of the new tokens
  int ended;          ///< 1: by its end token, 0: by a limit
} groel_protein;

/// Hands each protein to `receive` as soon as those before it are; another value than 0 from it ends the run with
/// GROEL_INTERRUPTED. The same proteins on any number of threads and in any batch.
/// Errors: GROEL_USAGE for an option out of its range, GROEL_BAD_INPUT for a prompt that the tokenizer cannot read,
/// GROEL_UNSUPPORTED for a model that is not causal, GROEL_MEMORY, GROEL_INTERRUPTED.
GROEL_API groel_status groel_generate(const groel_model* model, const groel_generate_options* options,
                                      int (*receive)(void* user, const groel_protein* protein), void* user);

// --- records of files ---

typedef struct groel_reader groel_reader;

typedef struct groel_record {
  const char* id;            ///< first word of the header, or the id column
  const char* header;        ///< whole, without '>'; may be empty
  const char* sequence;      ///< not to be used when there is an error
  const char* source;        ///< the file
  int64_t line;              ///< from 1
  const groel_error* error;  ///< this record alone is malformed; NULL: it is not
} groel_record;

/// FASTA, FASTQ, A3M, PIR, CSV or TSV, plain or compressed, "-" for stdin, as commands read them. `model`: the one that
/// the records are for, whose session is told at the end of the file what was passed over, and which makes one record
/// of an alignment (.a3m, .a2m) where it reads alignments; NULL: sequences, and nobody is told.
/// Errors: GROEL_NOT_FOUND, GROEL_IO, GROEL_BAD_INPUT.
GROEL_API groel_status groel_reader_open(const groel_model* model, const char* path, groel_reader** reader);
/// The next record, which lives until the next call or the reader's end; NULL: there is none.
/// Errors: GROEL_IO, GROEL_BAD_INPUT (of the file as a whole).
GROEL_API groel_status groel_reader_next(groel_reader* reader, const groel_record** record);
GROEL_API void groel_reader_free(groel_reader* reader);

#ifdef __cplusplus
}
#endif
