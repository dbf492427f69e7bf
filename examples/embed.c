// Embeds two proteins from C and prints how alike their mean vectors are.
#include <groel/c.h>
#include <math.h>
#include <stdio.h>

static int fail(void) {
  const groel_error* error = groel_last_error();
  fprintf(stderr, "%s\n", error->message);
  return groel_exit_code(error->status);
}

static double dot(const groel_array* a, const groel_array* b) {
  double sum = 0;
  for (int64_t i = 0; i < a->shape[0]; ++i) sum += (double)a->values[i] * (double)b->values[i];
  return sum;
}

int main(void) {
  const char* const sequences[] = {"MKTAYIAKQRQISFVKSHFSRQLEERLGLI", "MKTVYIAKQRNISFVKAHFSKQLEDRLGMI"};
  groel_model* model = NULL;
  groel_embedder* embedder = NULL;
  groel_embeddings* embeddings = NULL;
  groel_array a, b;
  if (groel_model_load(NULL, "groel-5m", NULL, &model) != GROEL_OK) return fail();
  if (groel_embedder_new(model, NULL, &embedder) != GROEL_OK) return fail();
  if (groel_embed(embedder, sequences, 2, &embeddings) != GROEL_OK) return fail();
  if (groel_embeddings_get(embeddings, 0, GROEL_MEAN, -1, &a) != GROEL_OK) return fail();
  if (groel_embeddings_get(embeddings, 1, GROEL_MEAN, -1, &b) != GROEL_OK) return fail();
  groel_embeddings_free(embeddings);  // the arrays keep their values
  groel_embedder_free(embedder);
  groel_model_free(model);
  printf("cosine similarity %.4f\n", dot(&a, &b) / sqrt(dot(&a, &a) * dot(&b, &b)));
  groel_array_free(&a);
  groel_array_free(&b);
  return 0;
}
