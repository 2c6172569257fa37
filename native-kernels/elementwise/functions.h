/* What a row needs and one expression cannot say. Everything is computed, then selected, so that
 * the loops have no branches. */

/* One of each per element type, by the same name in every table. */
#define larger WITH_TYPE(larger)
#define smaller WITH_TYPE(smaller)
#define divisor WITH_TYPE(divisor)
#define quotient WITH_TYPE(quotient)
#define remainder_of WITH_TYPE(remainder_of)
#define by_sign_of WITH_TYPE(by_sign_of)
#define floor_by WITH_TYPE(floor_by)
#define floor_quotient WITH_TYPE(floor_quotient)
#define power WITH_TYPE(power)
#define power_by_squaring WITH_TYPE(power_by_squaring)
#define interpolate WITH_TYPE(interpolate)
#define soft_plus WITH_TYPE(soft_plus)
#define to_int32 WITH_TYPE(to_int32)
#define to_int64 WITH_TYPE(to_int64)

ARITHMETIC(
/* NaN wins: x when it is NaN; y too, since no comparison with it holds. */
DEVICE_FN T larger(T x, T y) {
  T number = x > y ? x : y;
  return IS_NAN(x) ? x : number;
}

DEVICE_FN T smaller(T x, T y) {
  T number = x < y ? x : y;
  return IS_NAN(x) ? x : number;
}
)

INTEGRAL(
DEVICE_FN T divisor(T x, T y) {
  /* The lowest number over -1 would trap too: its quotient by 1 is the same, wrapped. */
  int overflows = (x == LOWEST) & (y == (T)-1) & ((T)-1 < 0);
  return ((y == 0) | overflows) ? 1 : y;
}

DEVICE_FN T quotient(T x, T y) { return y == 0 ? 0 : (T)(x / divisor(x, y)); }

DEVICE_FN T remainder_of(T x, T y) {
  T r = x % divisor(x, y);
  T shifted = ((r != 0) & ((r < 0) != (y < 0))) ? (T)(r + y) : r;
  return y == 0 ? 0 : shifted;
}

DEVICE_FN T floor_quotient(T x, T y) {
  T d = divisor(x, y);
  T q = x / d;
  T r = x % d;
  T lowered = ((r != 0) & ((r < 0) != (y < 0))) ? (T)(q - 1) : q;
  return y == 0 ? 0 : lowered;
}

DEVICE_FN T power(T x, T y) {
  T result = 1;
  T base = x;
  T odd = y & 1;
  if (y < 0) {
    return x == 1 ? 1 : x == (T)-1 ? (odd ? x : (T)1) : (T)0;
  }
  for (T n = y; n > 0; n >>= 1) {
    result = n & 1 ? (T)(result * base) : result;
    base = (T)(base * base);
  }
  return result;
}
)

FLOATING(
DEVICE_FN T by_sign_of(T y, T r) { return ((r != 0) & ((r < 0) != (y < 0))) ? r + y : r; }

DEVICE_FN T remainder_of(T x, T y) { return by_sign_of(y, fmod(x, y)); }

/* Python's: floor(x / y) from the exact remainder, since x / y may round up to an integer. */
DEVICE_FN T floor_by(T x, T y, T r) {
  T exact = (x - r) / y;
  T q = ((r != 0) & ((r < 0) != (y < 0))) ? exact - 1 : exact;
  T floored = floor(q);
  T nearest = q - floored > (T)0.5 ? floored + 1 : floored;
  T zero = copysign((T)0, x / y);
  return y == 0 ? x / y : q == 0 ? zero : nearest;
}

DEVICE_FN T floor_quotient(T x, T y) { return floor_by(x, y, fmod(x, y)); }

DEVICE_FN T power_by_squaring(T x, T y) {
  int32_t k = (int32_t)y;
  int32_t n = k < 0 ? -k : k;
  T result = 1;
  T base = x;
  for (int bit = 0; bit < 6; bit++) {
    result = (n >> bit) & 1 ? result * base : result;
    base = base * base;
  }
  return k < 0 ? 1 / result : result;
}

/* Two formulas, so that a weight of 0 gives x and one of 1 gives y exactly. */
DEVICE_FN T interpolate(T x, T y, T w) {
  T from_x = x + w * (y - x);
  T from_y = y - (y - x) * (1 - w);
  return fabs(w) < (T)0.5 ? from_x : from_y;
}

DEVICE_FN T soft_plus(T x, T beta, T threshold) {
  T scaled = x * beta;
  T value = log1p(exp(scaled)) / beta;
  return scaled > threshold ? x : value;
}
)

/* Plain C leaves a conversion out of range undefined. */
FLOATING(
DEVICE_FN int32_t to_int32(T x) {
  int fits = (trunc(x) >= (T)-2147483648.0) & (trunc(x) < (T)2147483648.0);
  return fits ? (int32_t)x : INT32_MIN;
}

DEVICE_FN int64_t to_int64(T x) {
  int fits = (x >= (T)-9223372036854775808.0) & (x < (T)9223372036854775808.0);
  return fits ? (int64_t)x : INT64_MIN;
}
)

INTEGRAL(
DEVICE_FN int32_t to_int32(T x) { return (int32_t)x; }

DEVICE_FN int64_t to_int64(T x) { return x; }
)

BOOLEAN(
DEVICE_FN int32_t to_int32(T x) { return x; }

DEVICE_FN int64_t to_int64(T x) { return x; }
)
