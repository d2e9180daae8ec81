/* Escape times of the Mandelbrot set. */
#include <stdio.h>

static long long escape_time(double cx, double cy, long long limit) {
  double x = 0.0, y = 0.0;
  for (long long i = 0; i < limit; i++) {
    double xx = x * x, yy = y * y;
    if (xx + yy > 4.0) return i;
    y = 2.0 * x * y + cy;
    x = xx - yy + cx;
  }
  return limit;
}

int main(void) {
  const long long size = 480, limit = 120;
  long long total = 0, inside = 0;
  for (long long row = 0; row < size; row++) {
    double cy = 2.0 * (double)row / (double)size - 1.0;
    for (long long column = 0; column < size; column++) {
      double cx = 3.0 * (double)column / (double)size - 2.0;
      long long steps = escape_time(cx, cy, limit);
      total += steps;
      if (steps == limit) inside++;
    }
  }
  printf("%lld %lld\n", total, inside);
  return 0;
}
