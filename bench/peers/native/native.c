/*
 * The workloads as one would write them by hand in C: SplitMix64 on the counter, vectors of the width that the compiler
 * is told to use, one thread a core. -DCOMPENSATED adds in double-double, as chunkwise does.
 *
 * Reads lines "workload size parameter", answers "ok seconds answer" or "unavailable reason".
 */
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__AVX512F__)
#define VECTOR 64
#elif defined(__AVX__)
#define VECTOR 32
#else
#define VECTOR 16
#endif

typedef double vec __attribute__((vector_size(VECTOR)));
typedef double loose __attribute__((vector_size(VECTOR), aligned(8)));
typedef uint64_t words __attribute__((vector_size(VECTOR)));
enum { WIDTH = VECTOR / 8, STRIPES = 4, TILE = 1024 };

/* glibc's libmvec has these for vectors of every width. */
__attribute__((simd("notinbranch"))) double exp(double);
__attribute__((simd("notinbranch"))) double log(double);
__attribute__((simd("notinbranch"))) double sin(double);
__attribute__((simd("notinbranch"))) double asin(double);
__attribute__((simd("notinbranch"))) double acos(double);

/* ---- random numbers ---- */

typedef struct {
  uint64_t start, gamma;
} Stream;

static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static Stream stream(uint64_t seed, int number) {
  uint64_t key = mix(seed * 64 + number + 1);
  return (Stream){mix(key), mix(key + 0x9e3779b97f4a7c15u) | 1};
}

/* A stream at the elements that come next: adding the step is cheaper than multiplying for every vector. */
typedef struct {
  words state, step;
} Counter;

static Counter counter(uint64_t seed, int number, uint64_t at) {
  Stream s = stream(seed, number);
  Counter c;
  for (int l = 0; l < WIDTH; l++) c.state[l] = s.start + (at + l) * s.gamma;
  for (int l = 0; l < WIDTH; l++) c.step[l] = s.gamma * WIDTH;
  return c;
}

static inline vec uniform(Counter *c) {
  words z = c->state;
  c->state += c->step;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z = z ^ (z >> 31);
  return (vec)((z >> 12) | 0x3ff0000000000000u) - (1 - 0x1p-53);
}

static inline vec root(vec x) {
  vec y;
  for (int l = 0; l < WIDTH; l++) y[l] = __builtin_sqrt(x[l]);
  return y;
}

/* ---- sums ---- */

typedef struct {
  vec s[STRIPES], c[STRIPES];
} Sum;

static inline void plus(Sum *t, int k, vec x) {
#ifdef COMPENSATED
  vec next = t->s[k] + x;
  vec back = next - t->s[k];
  t->c[k] += (t->s[k] - (next - back)) + (x - back);
  t->s[k] = next;
#else
  t->s[k] += x;
#endif
}

static double total(const Sum *t) {
  long double sum = 0;
  for (int k = 0; k < STRIPES; k++)
    for (int l = 0; l < WIDTH; l++) sum += (long double)t->s[k][l] + t->c[k][l];
  return sum;
}

static inline vec firstLanes(vec x, long count) {
  for (int l = 0; l < WIDTH; l++)
    if (l >= count) x[l] = 0;
  return x;
}

/* Sums VALUE, in which `at` is the index of the vector's first element, over from <= index < to. */
#define SUM_OF(VALUE)                                                                     \
  Sum sum = {0};                                                                          \
  long at = from;                                                                         \
  for (; at + STRIPES * WIDTH <= to; at += 0)                                             \
    for (int k = 0; k < STRIPES; k++, at += WIDTH) plus(&sum, k, (VALUE));                \
  for (; at < to; at += WIDTH) plus(&sum, 0, firstLanes((VALUE), to - at));               \
  return total(&sum);

/* ---- threads ---- */

typedef struct {
  long n, chunk;
  uint64_t seed;
  const double *x, *y;
  double *out;
} Job;

typedef double (*Part)(const Job *, long from, long to);

typedef struct {
  pthread_t thread;
  Part part;
  const Job *job;
  long from, to;
  double answer;
} Share;

static int threads;

static void *runShare(void *given) {
  Share *share = given;
  share->answer = share->part(share->job, share->from, share->to);
  return NULL;
}

/* The sum of what the threads found, each over a stretch of `n` that begins at a multiple of `grain`. */
static double inParallel(const Job *job, Part part, long n, long grain) {
  Share shares[64];
  long grains = (n + grain - 1) / grain;
  for (int t = 0; t < threads; t++) {
    long to = (t + 1) * grains / threads * grain;
    shares[t] = (Share){.part = part, .job = job, .from = t * grains / threads * grain, .to = to < n ? to : n};
    pthread_create(&shares[t].thread, NULL, runShare, &shares[t]);
  }
  double sum = 0;
  for (int t = 0; t < threads; t++) {
    pthread_join(shares[t].thread, NULL);
    sum += shares[t].answer;
  }
  return sum;
}

/* ---- workloads ---- */

static double quadratic(const Job *j, long from, long to) {
  Counter s = counter(j->seed, 0, from), t = counter(j->seed, 1, from), u = counter(j->seed, 2, from);
#define ROOT                                                                                     \
  ({                                                                                                    \
    vec a = uniform(&s) * 5 + 5, b = uniform(&t) * 10 + 10, c = uniform(&u) * 0.2 - 0.1;       \
    (root(b * b - a * 4 * c) - b) / (a * 2);                                                            \
  })
  SUM_OF(ROOT)
}

static double circle(const Job *j, long from, long to) {
  Counter s = counter(j->seed, 0, from), t = counter(j->seed, 1, from);
#define HIT                                                \
  ({                                                              \
    vec x = uniform(&s), y = uniform(&t);                   \
    (vec)((words)(root(x * x + y * y) < 1) & 0x4010000000000000u); \
  })
  SUM_OF(HIT)
}

static double card(const Job *j, long from, long to) {
  Counter s = counter(j->seed, 0, from);
  SUM_OF(root(uniform(&s)))
}

static double plainRandom(const Job *j, long from, long to) {
  Counter s = counter(j->seed, 0, from);
  SUM_OF(uniform(&s))
}

/* Chunk by chunk, as a library that knows chunks would do it. */
static double chunked(const Job *j, long from, long to) {
  double sum = 0;
  for (long at = from; at < to; at += j->chunk) {
    long end = at + j->chunk;
    sum += plainRandom(j, at, end < to ? end : to);
  }
  return sum;
}

static double hypotenuse(const Job *j, long from, long to) {
#define LENGTH_AT(at)                                            \
  ({                                                             \
    vec x = *(const loose *)(j->x + at), y = *(const loose *)(j->y + at); \
    root(x * x + y * y);                                         \
  })
  SUM_OF(LENGTH_AT(at))
}

static double inMemory(const Job *j, long from, long to) { SUM_OF(*(const loose *)(j->x + at)) }

/* Elementary functions tile by tile, so that the compiler can call their vector versions. */
#define SUM_OF_TILES(...)                                           \
  Sum sum = {0};                                                    \
  double tile[TILE + WIDTH] __attribute__((aligned(64))) = {0};     \
  for (long first = from; first < to; first += TILE) {              \
    long n = to - first < TILE ? to - first : TILE;                 \
    __VA_ARGS__;                                                    \
    for (long i = 0, k = 0; i < n; i += WIDTH, k = (k + 1) % STRIPES) \
      plus(&sum, k, firstLanes(*(vec *)(tile + i), n - i));         \
  }                                                                 \
  return total(&sum);

static double bell(const Job *j, long from, long to) {
  SUM_OF_TILES({
    const double *x = j->x + first, *y = j->y + first;
    _Pragma("omp simd") for (long i = 0; i < n; i++) tile[i] = exp(-x[i] * x[i]) * sin(y[i]);
  })
}

static double logarithms(const Job *j, long from, long to) {
  SUM_OF_TILES({
    const double *x = j->x + first;
    _Pragma("omp simd") for (long i = 0; i < n; i++) tile[i] = log(x[i]);
  })
}

static double arcs(const Job *j, long from, long to) {
  Counter s = counter(j->seed, 0, from), t = counter(j->seed, 1, from);
  double other[TILE + WIDTH] __attribute__((aligned(64)));
  SUM_OF_TILES({
    for (long i = 0; i < n; i += WIDTH) *(vec *)(tile + i) = uniform(&s);
    for (long i = 0; i < n; i += WIDTH) *(vec *)(other + i) = uniform(&t);
    _Pragma("omp simd") for (long i = 0; i < n; i++) tile[i] = asin(tile[i]) + acos(other[i]);
  })
}

/* Row j of the result alone: what W2 asks for. */
static double arcRows(const Job *j, long from, long to) {
  double sum = 0;
  long length = j->n * 10;
  for (long row = from; row < to; row++) sum += j->out[row] = arcs(j, row * length, (row + 1) * length);
  return sum;
}

/* Means of columns from..to of a matrix with twice as many columns as the n rows. */
static double columnMeans(const Job *j, long from, long to) {
  long columns = 2 * j->n;
  for (long first = from; first < to; first += TILE) {
    long width = to - first < TILE ? to - first : TILE;
    double s[TILE] = {0}, c[TILE] = {0};
    for (long row = 0; row < j->n; row++) {
      const double *x = j->x + row * columns + first;
      for (long i = 0; i < width; i++) {
#ifdef COMPENSATED
        double next = s[i] + x[i], back = next - s[i];
        c[i] += (s[i] - (next - back)) + (x[i] - back);
        s[i] = next;
#else
        s[i] += x[i];
#endif
      }
    }
    for (long i = 0; i < width; i++) j->out[first + i] = (s[i] + c[i]) / j->n;
  }
  return 0;
}

/* Rows from..to of the sum of a matrix and its transpose, in blocks that fit the nearest cache. */
static double withTranspose(const Job *j, long from, long to) {
  enum { SIDE = 32 };
  Sum sum = {0};
  for (long r = from; r < to; r += SIDE)
    for (long q = 0; q < j->n; q += SIDE) {
      double block[SIDE][SIDE] __attribute__((aligned(64))) = {{0}};
      long rows = to - r < SIDE ? to - r : SIDE, columns = j->n - q < SIDE ? j->n - q : SIDE;
      for (long c = 0; c < columns; c++)
        for (long i = 0; i < rows; i++) block[i][c] = j->x[(q + c) * j->n + r + i];
      for (long i = 0; i < rows; i++)
        for (long c = 0; c < columns; c++) block[i][c] += j->x[(r + i) * j->n + q + c];
      for (long i = 0; i < rows; i++)
        for (long c = 0; c < SIDE; c += WIDTH) plus(&sum, (c / WIDTH) % STRIPES, *(vec *)(block[i] + c));
    }
  return total(&sum);
}

/* ---- data, the same in every system ---- */

static double *data(long n, uint32_t salt) {
  double *x = aligned_alloc(64, (n * 8 + 4 * VECTOR + 63) / 64 * 64);
  for (long i = 0; i < n; i++) {
    uint32_t h = ((uint32_t)i + salt) * 0x9e3779b1u;
    h ^= h >> 15;
    h *= 0x85ebca77u;
    h ^= h >> 13;
    x[i] = (h + 0.5) * 0x1p-32;
  }
  memset(x + n, 0, 4 * VECTOR);
  return x;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static double weighted(const double *x, long n) {
  double sum = 0;
  for (long i = 0; i < n; i++) sum += x[i] * (i + 1) / n;
  return sum;
}

typedef struct {
  const char *name;
  Part part;
  /* What is shared out is n elements; n rows, 2n columns, or n * n elements where it says so. */
  enum { ELEMENTS, ROWS, COLUMNS, SQUARE } over;
  int inputs;
  enum { WHOLE, MEAN, ROW_MEANS, WEIGHTED } answer;
} Workload;

static const Workload workloads[] = {
    {"W1", quadratic, ELEMENTS, 0, MEAN},        {"W2", arcRows, ROWS, 0, ROW_MEANS},
    {"W3", circle, ELEMENTS, 0, MEAN},           {"W4", chunked, ELEMENTS, 0, MEAN},
    {"W5", card, ELEMENTS, 0, MEAN},             {"W6a", hypotenuse, ELEMENTS, 2, MEAN},
    {"W6b", inMemory, ELEMENTS, 1, WHOLE},       {"W6c", columnMeans, COLUMNS, 1, WEIGHTED},
    {"W6d", bell, ELEMENTS, 2, WHOLE},           {"W6e", logarithms, ELEMENTS, 1, WHOLE},
    {"W7b", withTranspose, SQUARE, 1, WHOLE},
};

static void answerTo(const Workload *w, long n, long chunk) {
  static long kept;
  static double *x, *y;
  static uint64_t seed;
  long elements = w->over == SQUARE ? n * n : w->over == COLUMNS ? 2 * n * n : n;
  if (w->inputs > 0 && kept != elements) {
    free(x);
    free(y);
    x = data(elements, 0);
    y = data(elements, 0x5bd1e995u);
    kept = elements;
  }
  Job job = {.n = n, .chunk = chunk > 0 ? chunk : n, .seed = ++seed, .x = x, .y = y};
  job.out = calloc(2 * n, sizeof(double));
  long shared = w->over == COLUMNS ? 2 * n : n;
  long grain = w->over == ROWS ? 1 : w->over == SQUARE ? 32 : chunk > 0 ? chunk : STRIPES * WIDTH;
  double start = now();
  double sum = inParallel(&job, w->part, shared, grain);
  double seconds = now() - start;
  if (w->answer == MEAN) sum /= n;
  if (w->answer == ROW_MEANS) sum /= (double)n * n * 10;
  if (w->answer == WEIGHTED) sum = weighted(job.out, 2 * n);
  free(job.out);
  printf("ok %.9f %.17g\n", seconds, sum);
}

int main(int count, char **arguments) {
  threads = count > 1 ? atoi(arguments[1]) : 2;
  if (threads < 1 || threads > 64) threads = 2;
  printf("ready gcc %d.%d, vectors of %d bits\n", __GNUC__, __GNUC_MINOR__, VECTOR * 8);
  fflush(stdout);
  char name[32];
  long n, chunk;
  while (scanf("%31s %ld %ld", name, &n, &chunk) == 3) {
    const Workload *found = NULL;
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
      if (strcmp(workloads[i].name, name) == 0) found = &workloads[i];
    if (found == NULL) printf("unavailable not written in C here\n");
    else answerTo(found, n, chunk);
    fflush(stdout);
  }
}
