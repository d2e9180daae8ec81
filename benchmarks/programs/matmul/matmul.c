/* Product of two square matrices held as arrays of rows. */
#include <stdio.h>
#include <stdlib.h>

static double **matrix(int n, long long seed) {
  double **rows = malloc(sizeof(double *) * n);
  long long state = seed;
  for (int i = 0; i < n; i++) {
    rows[i] = malloc(sizeof(double) * n);
    for (int j = 0; j < n; j++) {
      state = (state * 1103515245 + 12345) % 2147483648LL;
      rows[i][j] = (double)state / 2147483648.0 - 0.5;
    }
  }
  return rows;
}

static double **multiply(double **a, double **b, int n) {
  double **result = malloc(sizeof(double *) * n);
  for (int i = 0; i < n; i++) {
    double *row = a[i], *out = result[i] = calloc(n, sizeof(double));
    for (int k = 0; k < n; k++) {
      double factor = row[k], *other = b[k];
      for (int j = 0; j < n; j++) out[j] += factor * other[j];
    }
  }
  return result;
}

int main(void) {
  const int n = 260;
  double **product = multiply(matrix(n, 1), matrix(n, 2), n);
  double trace = 0.0, total = 0.0;
  for (int i = 0; i < n; i++) {
    trace += product[i][i];
    for (int j = 0; j < n; j++) total += product[i][j];
  }
  printf("%.9f %.9f\n", trace, total);
  return 0;
}
