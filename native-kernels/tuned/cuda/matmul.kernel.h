/* The product of CUDA: what structured/matmul.kernel.h says, and of halves, which are multiplied and
 * added up in float32. A group makes a tile of c from panels of a and b in shared memory, and reads
 * the next two while it multiplies. Products are fused multiply-adds, in an order that depends on
 * the sizes alone. */
#define MATMUL_LANES 256    /* of a group, whatever other kernels have */
#define MATMUL_AT_ONCE 2    /* groups that run at once on a unit, and no more are launched */
#define MATMUL_PARTS 4      /* nor more than this for one of the caller's groups */
#define MATMUL_LARGE 128, 8 /* the side of a tile, and how many of its rows are a lane's */
#define MATMUL_MEDIUM 64, 4
#define MATMUL_SMALL 32, 4
#define MATMUL_LARGE_FROM 192 /* tiles, so many that they need not be smaller */
#define MATMUL_MEDIUM_FROM 128

#define FACTORS(...) ARITHMETIC(__VA_ARGS__) HALF(__VA_ARGS__)
#define UNROLLED _Pragma("unroll")

#undef LOCAL_BYTES
#define LOCAL_BYTES 36864
#undef LAUNCH_BOUNDS
#define LAUNCH_BOUNDS MATMUL_LANES, (sizeof(T) == 8 ? 1 : MATMUL_AT_ONCE)

#include "matmul_panel.h"

FACTORS(
/* A lane's slice and its first units: every 8th of the rows' is its own, and every 4th of the
 * columns'. So the lanes of a warp read few words, each of them in one go. */
struct matmul_place {
  int slice;
  int row;
  int column;
};

template <class S>
DEVICE_FN matmul_place matmul_place_of() {
  int lane = (int)LANE;
  int warp = lane % S::SLICE_LANES / 32;
  matmul_place place;
  place.slice = lane / S::SLICE_LANES;
  place.row = warp / S::ACROSS * (8 * S::ROWS / MATMUL_UNIT) + lane / 2 % 8;
  place.column = warp % S::ACROSS * (4 * S::COLUMNS / MATMUL_UNIT) + lane % 2 + lane / 16 % 2 * 2;
  return place;
}

/* Adds a lane's share of the products of two panels. */
template <class S>
DEVICE_FN void matmul_add(const matmul_sum *panels, matmul_place at, matmul_unit *sums) {
  UNROLLED for (int q = 0; q < S::DEEP / S::SLICES; q++) {
    int p = at.slice * (S::DEEP / S::SLICES) + q;
    const matmul_unit *a = (const matmul_unit *)(panels + p * S::PITCH) + at.row;
    const matmul_unit *b = (const matmul_unit *)(panels + S::PANEL + p * S::PITCH) + at.column;
    matmul_unit row[S::ROWS / MATMUL_UNIT];
    matmul_unit column[S::UNITS_ACROSS];
    UNROLLED for (int u = 0; u < S::ROWS / MATMUL_UNIT; u++) {
      row[u] = a[8 * u];
    }
    UNROLLED for (int u = 0; u < S::UNITS_ACROSS; u++) {
      column[u] = b[4 * u];
    }
    UNROLLED for (int s = 0; s < S::UNITS; s++) {
      int i = s / S::UNITS_ACROSS;
      matmul_sum factor = row[i / MATMUL_UNIT].of[i % MATMUL_UNIT];
      UNROLLED for (int u = 0; u < MATMUL_UNIT; u++) {
        matmul_sum *sum = &sums[s].of[u];
        *sum = matmul_fma(factor, column[s % S::UNITS_ACROSS].of[u], *sum);
      }
    }
  }
}

/* The rest of a matrix of c from a tile's first element on. */
struct matmul_target {
  T *c;
  int64_t pitch;
  int64_t rows;
  int64_t columns;
  bool adds;
  bool whole; /* a unit of columns can be written at once */
};
struct __align__(MATMUL_UNIT * sizeof(T)) matmul_result {
  T of[MATMUL_UNIT];
};

/* Writes as much of a unit as is within. */
DEVICE_FN void matmul_write(const matmul_target &to, T *c, int64_t within, matmul_unit unit) {
  if (to.whole && within > 0) {
    matmul_result result = {};
    if (to.adds) {
      result = *(matmul_result *)c;
    }
    UNROLLED for (int u = 0; u < MATMUL_UNIT; u++) {
      matmul_sum sum = unit.of[u];
      result.of[u] = matmul_rounded(to.adds ? matmul_value(result.of[u]) + sum : sum);
    }
    *(matmul_result *)c = result;
  } else {
    UNROLLED for (int u = 0; u < MATMUL_UNIT; u++) {
      if (u < within) {
        matmul_sum sum = unit.of[u];
        c[u] = matmul_rounded(to.adds ? matmul_value(c[u]) + sum : sum);
      }
    }
  }
}

/* Writes what a lane has made alone. It goes from row to row: a product for each row would be kept
 * through all of the loop, where registers are short. */
template <class S>
DEVICE_FN void matmul_write_sums(const matmul_target &to, matmul_place at,
                                 const matmul_unit *sums) {
  int64_t rows = to.rows - at.row * MATMUL_UNIT;
  int64_t columns = to.columns - at.column * MATMUL_UNIT;
  T *c = to.c + at.row * MATMUL_UNIT * to.pitch + at.column * MATMUL_UNIT;
  UNROLLED for (int i = 0; i < S::ROWS; i++) {
    int row = i / MATMUL_UNIT * 8 * MATMUL_UNIT + i % MATMUL_UNIT;
    UNROLLED for (int u = 0; u < S::UNITS_ACROSS; u++) {
      int column = u * 4 * MATMUL_UNIT;
      matmul_write(to, c + column, row < rows ? columns - column : 0,
                   sums[i * S::UNITS_ACROSS + u]);
    }
    c += i % MATMUL_UNIT == MATMUL_UNIT - 1 ? (7 * MATMUL_UNIT + 1) * to.pitch : to.pitch;
  }
}

/* Adds up what the slices have made, as much at a time as fits; each slice writes some of it. */
template <class S>
DEVICE_FN void matmul_write_slices(const matmul_target &to, matmul_place at, matmul_unit *parts,
                                   const matmul_unit *sums) {
  enum { FIT = 8 };
  UNROLLED for (int first = 0; first < S::UNITS; first += FIT) {
    UNROLLED for (int e = 0; e < FIT; e++) {
      parts[e * MATMUL_LANES + (int)LANE] = sums[first + e];
    }
    BARRIER();
    for (int e = at.slice; e < FIT; e += S::SLICES) {
      const matmul_unit *part = parts + e * MATMUL_LANES + (int)LANE % S::SLICE_LANES;
      matmul_unit sum = part[0];
      UNROLLED for (int s = 1; s < S::SLICES; s++) {
        UNROLLED for (int u = 0; u < MATMUL_UNIT; u++) {
          sum.of[u] += part[s * S::SLICE_LANES].of[u];
        }
      }
      int i = (first + e) / S::UNITS_ACROSS;
      int row = (at.row + i / MATMUL_UNIT * 8) * MATMUL_UNIT + i % MATMUL_UNIT;
      int column = (at.column + e % S::UNITS_ACROSS * 4) * MATMUL_UNIT;
      matmul_write(to, to.c + row * to.pitch + column, row < to.rows ? to.columns - column : 0,
                   sum);
    }
    BARRIER();
  }
}

/* Makes the tile that begins at (i, j) of a matrix of c. */
template <class S>
DEVICE_FN void matmul_tile(const T *a, const T *b, const int64_t *sizes, int64_t i, int64_t j,
                           matmul_target to, const bool *whole, matmul_sum *panels) {
  matmul_place at = matmul_place_of<S>();
  matmul_side<S> left;
  matmul_side<S> right;
  matmul_begin(left, a + i * sizes[5], sizes[5], sizes[6], sizes[1] - i, whole[0]);
  matmul_begin(right, b + j * sizes[9], sizes[9], sizes[8], sizes[2] - j, whole[1]);
  matmul_unit sums[S::UNITS] = {};
  matmul_read(left, sizes[3]);
  matmul_read(right, sizes[3]);
  matmul_keep(left, panels);
  matmul_keep(right, panels + S::PANEL);
  BARRIER();
  int now = 0;
  for (int64_t depth = sizes[3]; depth > 0; depth -= S::DEEP) {
    matmul_read(left, depth - S::DEEP);
    matmul_read(right, depth - S::DEEP);
    matmul_add<S>(panels + now, at, sums);
    now = 2 * S::PANEL - now;
    matmul_keep(left, panels + now);
    matmul_keep(right, panels + now + S::PANEL);
    BARRIER();
  }
  to.c += i * to.pitch + j;
  to.rows -= i;
  to.columns -= j;
  if (S::SLICES > 1) {
    matmul_write_slices<S>(to, at, (matmul_unit *)panels, sums);
  } else {
    matmul_write_sums<S>(to, at, sums);
  }
}

template <class S>
DEVICE_FN int64_t matmul_tiles(const int64_t *sizes) {
  return sizes[0] * ((sizes[1] + S::SIDE - 1) / S::SIDE) * ((sizes[2] + S::SIDE - 1) / S::SIDE);
}

template <class S>
DEVICE_FN void matmul_product(const T *a, const T *b, T *c, const int64_t *sizes,
                              matmul_sum *panels) {
  int64_t across = (sizes[2] + S::SIDE - 1) / S::SIDE;
  int64_t down = (sizes[1] + S::SIDE - 1) / S::SIDE;
  bool whole[] = {matmul_whole(a, sizes[1], sizes[3], sizes[5], sizes[6], sizes[4]),
                  matmul_whole(b, sizes[2], sizes[3], sizes[9], sizes[8], sizes[7])};
  matmul_target to;
  to.pitch = sizes[2];
  to.rows = sizes[1];
  to.columns = sizes[2];
  to.adds = sizes[10] != 0;
  to.whole = sizes[2] % MATMUL_UNIT == 0 && (uint64_t)c % alignof(matmul_result) == 0;
  for (int64_t g = GROUP; g < matmul_tiles<S>(sizes); g += GROUPS) {
    int64_t batch = g / across / down;
    to.c = c + batch * sizes[1] * sizes[2];
    matmul_tile<S>(a + batch * sizes[4], b + batch * sizes[7], sizes,
                   g / across % down * S::SIDE, g % across * S::SIDE, to, whole, panels);
  }
}

KERNEL3(matmul, const T *, a, const T *, b, T *, c) {
  UNUSED_ARGS;
  typedef matmul_shape<MATMUL_LARGE> large;
  typedef matmul_shape<MATMUL_MEDIUM> medium;
  typedef matmul_shape<MATMUL_SMALL> small;
  int64_t thin = sizes[1] < sizes[2] ? sizes[1] : sizes[2];
  matmul_sum *panels = (matmul_sum *)shared;
  if (thin > medium::SIDE && matmul_tiles<large>(sizes) >= MATMUL_LARGE_FROM) {
    matmul_product<large>(a, b, c, sizes, panels);
  } else if (thin > small::SIDE && matmul_tiles<medium>(sizes) >= MATMUL_MEDIUM_FROM) {
    matmul_product<medium>(a, b, c, sizes, panels);
  } else {
    matmul_product<small>(a, b, c, sizes, panels);
  }
}
)

#undef FACTORS
#undef UNROLLED
#undef LAUNCH_BOUNDS
#define LAUNCH_BOUNDS MOST_LANES
#undef LOCAL_BYTES
#define LOCAL_BYTES 8
