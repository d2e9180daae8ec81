/* Largest singular value of an infinite matrix, by the power method. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double cell(long long i, long long j) {
  return 1.0 / (double)((i + j) * (i + j + 1) / 2 + i + 1);
}

static void times(const double *v, double *out, int n) {
  for (int i = 0; i < n; i++) {
    double total = 0.0;
    for (int j = 0; j < n; j++) total += cell(i, j) * v[j];
    out[i] = total;
  }
}

static void transposed_times(const double *v, double *out, int n) {
  for (int i = 0; i < n; i++) {
    double total = 0.0;
    for (int j = 0; j < n; j++) total += cell(j, i) * v[j];
    out[i] = total;
  }
}

static double spectral_norm(int n) {
  double *u = malloc(sizeof(double) * n), *v = malloc(sizeof(double) * n), *t = malloc(sizeof(double) * n);
  for (int i = 0; i < n; i++) u[i] = 1.0;
  for (int k = 0; k < 10; k++) {
    times(u, t, n);
    transposed_times(t, v, n);
    times(v, t, n);
    transposed_times(t, u, n);
  }
  double numerator = 0.0, denominator = 0.0;
  for (int i = 0; i < n; i++) {
    numerator += u[i] * v[i];
    denominator += v[i] * v[i];
  }
  free(u);
  free(v);
  free(t);
  return sqrt(numerator / denominator);
}

int main(void) {
  printf("%.9f\n", spectral_norm(320));
  return 0;
}
