// What the C interface promises, tried from C: values, errors, ownership, progress and cancelling. plain SOURCE_TREE
#include <groel/c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition)                                                            \
  do {                                                                               \
    if (!(condition)) {                                                              \
      const groel_error* last = groel_last_error();                                  \
      fprintf(stderr, "%s:%d: %s; last error: %s\n", __FILE__, __LINE__, #condition, \
              last == NULL ? "none" : last->message);                                \
      exit(1);                                                                       \
    }                                                                                \
  } while (0)
#define OK(call) EXPECT((call) == GROEL_OK)

static int is(const char* text, const char* wanted) { return strcmp(text, wanted) == 0; }
static int has(const char* text, const char* part) { return strstr(text, part) != NULL; }

static void statuses(void) {
  EXPECT(groel_c_version() == GROEL_C_VERSION);
  EXPECT(strlen(groel_version()) >= 5);
  EXPECT(is(groel_status_name(GROEL_OK), "ok") && is(groel_status_name(GROEL_BAD_INPUT), "bad_input"));
  EXPECT(is(groel_status_name(GROEL_INTERNAL), "internal"));
  EXPECT(groel_exit_code(GROEL_OK) == 0 && groel_exit_code(GROEL_USAGE) == 2);
  EXPECT(groel_exit_code(GROEL_INTERRUPTED) == 130 && groel_exit_code(GROEL_INTERNAL) == 70);
  // Each has its constant in c.h, and there are no others.
  static const char* const names[] = {"mean", "max", "cls", "per_residue", "logits", "contacts", "attentions"};
  static const groel_output outputs[] = {GROEL_MEAN,   GROEL_MAX,      GROEL_CLS,       GROEL_PER_RESIDUE,
                                         GROEL_LOGITS, GROEL_CONTACTS, GROEL_ATTENTIONS};
  for (int i = 0; i < 7; ++i) EXPECT(is(groel_output_name(outputs[i]), names[i]) && (int)outputs[i] == i);
  EXPECT(groel_output_name((groel_output)7) == NULL);
}

static void errors(void) {
  int nothing = 0;
  groel_model* model = (groel_model*)(void*)&nothing;
  EXPECT(groel_last_error() == NULL);
  EXPECT(groel_model_load(NULL, "/no/such/model", NULL, &model) == GROEL_NOT_FOUND && model == NULL);
  EXPECT(groel_last_error()->status == GROEL_NOT_FOUND && has(groel_last_error()->message, "/no/such/model"));
  EXPECT(groel_model_load(NULL, NULL, NULL, &model) == GROEL_USAGE && is(groel_last_error()->where, "name"));
  EXPECT(groel_model_load(NULL, "groel-5m", NULL, NULL) == GROEL_USAGE && is(groel_last_error()->where, "model"));

  // A struct of another version: shorter is older, longer is newer, and may say nothing that is not known here.
  groel_session* session = NULL;
  groel_session_options none = {0};
  EXPECT(groel_session_new(&none, &session) == GROEL_USAGE && has(groel_last_error()->message, "sizeof"));
  groel_session_options old = {.size = sizeof(size_t) + sizeof(int64_t), .threads = 1, .memory = 1};
  OK(groel_session_new(&old, &session));
  EXPECT(groel_session_threads(session) == 1);
  groel_session_free(session);
  struct {
    groel_session_options known;
    int64_t unknown;
  } newer = {{.size = sizeof newer, .threads = 2}, 0};
  OK(groel_session_new(&newer.known, &session));
  EXPECT(groel_session_threads(session) == 2);
  groel_session_free(session);
  newer.unknown = 1;
  EXPECT(groel_session_new(&newer.known, &session) == GROEL_USAGE && session == NULL);
  none = (groel_session_options){.size = sizeof none, .threads = -1};
  EXPECT(groel_session_new(&none, &session) == GROEL_USAGE);

  groel_session_free(NULL), groel_model_free(NULL), groel_embedder_free(NULL), groel_embeddings_free(NULL);
  groel_filled_free(NULL), groel_reader_free(NULL), groel_array_free(NULL), groel_session_cancel(NULL);
  EXPECT(groel_model_description(NULL) == NULL && groel_embeddings_count(NULL) == 0);
}

static void models(const groel_model* model) {
  const groel_description* d = groel_model_description(model);
  EXPECT(d->layers == 3 && d->width == 64 && d->heads == 4 && d->vocabulary == 33 && d->max_residues == 0);
  EXPECT(d->capability_count == 3 && is(d->capabilities[1], "masked_lm"));
  int32_t ids[5] = {-1, -1, -1, -1, -1};
  size_t count = 0;
  OK(groel_model_tokens(model, "MkL", NULL, 0, &count));
  EXPECT(count == 5);
  OK(groel_model_tokens(model, "MkL", ids, 2, &count));
  EXPECT(count == 5 && ids[0] == 0 && ids[1] == 20 && ids[2] == -1);
  OK(groel_model_tokens(model, "MkL", ids, 5, &count));
  EXPECT(ids[2] == 15 && ids[3] == 4 && ids[4] == 2);
  EXPECT(groel_model_tokens(model, "M1", ids, 5, &count) == GROEL_BAD_INPUT && count == 0);
}

static groel_array values_outlive_everything(const char* folder) {
  groel_model* model = NULL;
  groel_embedder* embedder = NULL;
  groel_embeddings* embeddings = NULL;
  groel_array array;
  const char* const sequences[] = {"MKTAYIAKQR", "MK1", "", "MKL"};
  const int layers[] = {0, -1};
  const groel_output outputs[] = {GROEL_PER_RESIDUE, GROEL_CONTACTS};
  const groel_embed_options options = {sizeof options, layers, 2, outputs, 2};
  OK(groel_model_load(NULL, folder, NULL, &model));
  OK(groel_embedder_new(model, &options, &embedder));
  groel_model_free(model);  // the embedder keeps it
  EXPECT(groel_embed(embedder, sequences, 4, &embeddings) == GROEL_BAD_INPUT && embeddings == NULL);
  EXPECT(has(groel_last_error()->message, "sequence 1") && has(groel_last_error()->message, "position 3"));
  OK(groel_embed_each(embedder, sequences, 4, &embeddings));
  groel_embedder_free(embedder);
  EXPECT(groel_embeddings_count(embeddings) == 4 && groel_embeddings_value_count(embeddings, 0) == 3);
  EXPECT(groel_embeddings_error(embeddings, 0) == NULL && groel_embeddings_error(embeddings, 9) == NULL);
  EXPECT(groel_embeddings_error(embeddings, 1)->status == GROEL_BAD_INPUT);
  EXPECT(groel_embeddings_error(embeddings, 2)->status == GROEL_BAD_INPUT);
  EXPECT(groel_embeddings_value_count(embeddings, 1) == 0);
  EXPECT(groel_embeddings_get(embeddings, 1, GROEL_CONTACTS, -1, &array) == GROEL_BAD_INPUT && array.values == NULL);
  EXPECT(groel_embeddings_get(embeddings, 0, GROEL_LOGITS, -1, &array) == GROEL_USAGE && array.owner == NULL);
  EXPECT(groel_embeddings_get(embeddings, 4, GROEL_CONTACTS, -1, &array) == GROEL_USAGE);
  groel_output output;
  int layer;
  OK(groel_embeddings_value(embeddings, 3, 1, &output, &layer, &array));
  EXPECT(output == GROEL_PER_RESIDUE && layer == 3 && array.rank == 2 && array.shape[0] == 3 && array.shape[1] == 64);
  groel_array_free(&array);
  EXPECT(array.values == NULL && array.rank == 0);
  EXPECT(groel_embeddings_value(embeddings, 3, 3, &output, &layer, &array) == GROEL_USAGE);
  OK(groel_embeddings_get(embeddings, 0, GROEL_CONTACTS, -1, &array));
  groel_embeddings_free(embeddings);
  return array;
}

static void tokens_and_text_are_one(const groel_model* model) {
  groel_embedder* embedder = NULL;
  groel_embeddings *by_text = NULL, *by_ids = NULL;
  groel_array a, b;
  const char* const text = "MKL";
  const int32_t ids[] = {0, 20, 15, 4, 2};
  const int32_t* const all[] = {ids};
  const size_t length = 5;
  OK(groel_embedder_new(model, NULL, &embedder));
  OK(groel_embed(embedder, &text, 1, &by_text));
  OK(groel_embed_tokens(embedder, all, &length, 1, &by_ids));
  OK(groel_embeddings_get(by_text, 0, GROEL_MEAN, -1, &a));
  OK(groel_embeddings_get(by_ids, 0, GROEL_MEAN, 3, &b));
  EXPECT(a.rank == 1 && a.shape[0] == 64 && memcmp(a.values, b.values, 64 * sizeof(float)) == 0);
  groel_array_free(&a), groel_array_free(&b);
  groel_embeddings_free(by_text), groel_embeddings_free(by_ids);
  OK(groel_embed(embedder, NULL, 0, &by_text));
  EXPECT(groel_embeddings_count(by_text) == 0);
  groel_embeddings_free(by_text), groel_embedder_free(embedder);
}

static void scores_and_masks(const groel_model* model) {
  const char* const variants[] = {"M1A", "M1M", "Q2K:I3L"};
  double scores[3] = {9, 9, 9};
  OK(groel_score(model, GROEL_WT_MARGINALS, "MQIFVKTLTG", variants, 3, scores));
  EXPECT(scores[1] == 0 && scores[0] != 0 && scores[0] != 9 && scores[2] != 9);
  EXPECT(groel_score(model, GROEL_MASKED_MARGINALS, "AQIFVKTLTG", variants, 3, scores) == GROEL_BAD_INPUT);
  EXPECT(has(groel_last_error()->message, "M1A"));
  groel_filled* filled = NULL;
  OK(groel_fill_mask(model, "MQI<mask>VK<mask>L", 20, &filled));
  EXPECT(groel_filled_count(filled) == 2);
  const groel_filled_mask* masks = groel_filled_masks(filled);
  double sum = 0;
  for (size_t i = 0; i < masks[1].choice_count; ++i) sum += masks[1].choices[i].probability;
  EXPECT(masks[0].position == 4 && masks[1].position == 7 && masks[0].choice_count == 20 && fabs(sum - 1) < 1e-9);
  EXPECT(strlen(masks[0].choices[0].token) == 1 && masks[0].choices[0].probability >= masks[0].choices[1].probability);
  groel_filled_free(filled);
  EXPECT(groel_fill_mask(model, "MQI", 5, &filled) == GROEL_BAD_INPUT && filled == NULL);
}

typedef struct heard {
  groel_session* session;
  int calls, stop;
  int64_t done;
} heard;

static int hear(void* user, const groel_progress* now) {
  heard* to = user;
  EXPECT(is(now->phase, "embedding") && is(now->unit, "records") && now->total == 40);
  ++to->calls;
  to->done = now->done;
  return to->stop;
}

static void progress_and_cancelling(const char* folder) {
  char long_one[401];
  const char* sequences[40];
  memset(long_one, 'A', 400), long_one[400] = '\0';
  for (int i = 0; i < 40; ++i) sequences[i] = long_one;
  heard to = {0};
  groel_model* model = NULL;
  groel_embedder* embedder = NULL;
  groel_embeddings* all = NULL;
  const groel_session_options options = {.size = sizeof options, .threads = 2, .user = &to, .progress = hear};
  OK(groel_session_new(&options, &to.session));
  OK(groel_model_load(to.session, folder, NULL, &model));
  OK(groel_embedder_new(model, NULL, &embedder));
  OK(groel_embed(embedder, sequences, 40, &all));
  EXPECT(to.calls > 1 && to.done == 40);
  groel_embeddings_free(all);
  to.calls = 0, to.stop = 1;
  EXPECT(groel_embed(embedder, sequences, 40, &all) == GROEL_INTERRUPTED && all == NULL && to.calls == 1);
  EXPECT(groel_embed(embedder, sequences, 40, &all) == GROEL_INTERRUPTED && to.calls == 1);
  to.stop = 0;
  groel_session_resume(to.session);
  OK(groel_embed(embedder, sequences, 40, &all));
  groel_embeddings_free(all);
  groel_session_free(to.session);  // the embedder keeps it
  groel_model_free(model);
  OK(groel_embed(embedder, sequences, 40, &all));
  groel_embeddings_free(all), groel_embedder_free(embedder);
}

typedef struct written {
  int count, most;
  char sequences[3][64];
} written;

static int take(void* user, const groel_protein* protein) {
  written* to = user;
  EXPECT(protein->token_count > 0 && protein->perplexity > 1 && protein->log_probabilities[0] < 0);
  EXPECT(strlen(protein->sequence) <= 40 && protein->sequence[0] == 'M');
  strcpy(to->sequences[to->count], protein->sequence);
  return ++to->count == to->most;
}

static void proteins_are_written(const groel_model* encoder, const char* writer) {
  groel_model* model = NULL;
  written all = {0}, two = {.most = 2};
  groel_generate_options options = {
      .size = sizeof options, .prompt = "M", .number = 3, .seed = 5, .max_residues = {1, 40}};
  OK(groel_model_load(NULL, writer, NULL, &model));
  OK(groel_generate(model, &options, take, &all));
  EXPECT(all.count == 3);
  options.batch = 1;
  EXPECT(groel_generate(model, &options, take, &two) == GROEL_INTERRUPTED && two.count == 2);
  EXPECT(is(two.sequences[1], all.sequences[1]) && !is(all.sequences[0], all.sequences[1]));
  options.top_p = (groel_number){1, 0};
  EXPECT(groel_generate(model, &options, take, &two) == GROEL_USAGE);
  EXPECT(groel_generate(model, NULL, NULL, NULL) == GROEL_USAGE);
  EXPECT(groel_generate(encoder, &options, take, &two) == GROEL_UNSUPPORTED);
  groel_model_free(model);
}

static void records_are_read(const groel_model* model, const char* fasta) {
  groel_reader* reader = NULL;
  const groel_record* record = NULL;
  int count = 0;
  OK(groel_reader_open(model, fasta, &reader));
  for (;;) {
    OK(groel_reader_next(reader, &record));
    if (record == NULL) break;
    EXPECT(record->error == NULL && strlen(record->sequence) > 0 && record->line > 0 && has(record->source, "proteins"));
    if (count++ == 0) EXPECT(has(record->header, record->id));
  }
  OK(groel_reader_next(reader, &record));
  EXPECT(count == 15 && record == NULL);
  groel_reader_free(reader);
  EXPECT(groel_reader_open(NULL, "/no/such/file.fasta", &reader) == GROEL_NOT_FOUND && reader == NULL);
}

int main(int argc, char** argv) {
  EXPECT(argc == 2);
  char folder[4096], writer[4096], fasta[4096];
  snprintf(folder, sizeof folder, "%s/tests/data/esm2-tiny", argv[1]);
  snprintf(writer, sizeof writer, "%s/models/groel-writer", argv[1]);
  snprintf(fasta, sizeof fasta, "%s/examples/proteins.fasta", argv[1]);
  statuses();
  errors();
  groel_model* model = NULL;
  OK(groel_model_load(NULL, folder, NULL, &model));
  models(model);
  groel_array contacts = values_outlive_everything(folder);
  EXPECT(contacts.rank == 2 && contacts.shape[0] == 10 && contacts.values[1] == contacts.values[10]);
  groel_array_free(&contacts);
  tokens_and_text_are_one(model);
  scores_and_masks(model);
  progress_and_cancelling(folder);
  proteins_are_written(model, writer);
  records_are_read(model, fasta);
  groel_model_free(model);
  puts("all well");
  return 0;
}
