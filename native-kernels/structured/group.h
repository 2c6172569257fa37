#pragma once
/* What the lanes of a group do together, in LOCAL_BYTES of MOST_LANES accumulators. */
FLOATING(
/* The sum of what they hold, in an order that depends on nothing but how many lanes there are: those
 * that run together add up without waiting, then each lane adds up all teams' sums. */
DEVICE_FN ACCUMULATOR WITH_TYPE(group_sum)(ACCUMULATOR mine, LOCAL ACCUMULATOR *all) {
  for (int64_t apart = TOGETHER / 2; apart > 0; apart /= 2) {
    mine += FROM_ABOVE(mine, apart);
  }
  if (LANE % TOGETHER == 0) {
    all[LANE / TOGETHER] = mine;
  }
  BARRIER();
  int64_t teams = LANES / TOGETHER;
  if (TOGETHER == 1) { /* by halves: that is all lanes */
    for (int64_t apart = teams / 2; apart > 0; apart /= 2) {
      if (LANE < apart) {
        all[LANE] += all[LANE + apart];
      }
      BARRIER();
    }
    teams = 1;
  }
  ACCUMULATOR sum = all[0];
  for (int64_t t = 1; t < teams; t++) {
    sum += all[t];
  }
  BARRIER(); /* before the memory holds something else */
  return sum;
}

/* The same of several values, at most as many as there are lanes together. */
DEVICE_FN void WITH_TYPE(group_sums)(ACCUMULATOR *values, int count, LOCAL ACCUMULATOR *all) {
  if (TOGETHER == 1) {
    for (int v = 0; v < count; v++) {
      values[v] = WITH_TYPE(group_sum)(values[v], all);
    }
    return;
  }
  int64_t teams = LANES / TOGETHER;
  for (int v = 0; v < count; v++) {
    for (int64_t apart = TOGETHER / 2; apart > 0; apart /= 2) {
      values[v] += FROM_ABOVE(values[v], apart);
    }
    if (LANE % TOGETHER == 0) {
      all[v * teams + LANE / TOGETHER] = values[v];
    }
  }
  BARRIER();
  for (int v = 0; v < count; v++) {
    values[v] = all[v * teams];
    for (int64_t t = 1; t < teams; t++) {
      values[v] += all[v * teams + t];
    }
  }
  BARRIER(); /* before the memory holds something else */
}
)
