/* All ways to place n queens. */
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  long long size, solutions, checksum;
  unsigned char *columns, *rising, *falling;
  long long *placed;
} Board;

static void place(Board *b, long long row) {
  long long size = b->size;
  if (row == size) {
    long long weight = 0;
    b->solutions++;
    for (long long i = 0; i < size; i++) weight = weight * 7 + b->placed[i];
    b->checksum = (b->checksum + weight) % 1000003;
    return;
  }
  for (long long column = 0; column < size; column++) {
    long long up = row + column, down = row - column + size;
    if (b->columns[column] || b->rising[up] || b->falling[down]) continue;
    b->columns[column] = b->rising[up] = b->falling[down] = 1;
    b->placed[row] = column;
    place(b, row + 1);
    b->columns[column] = b->rising[up] = b->falling[down] = 0;
  }
}

int main(void) {
  const long long size = 12;
  Board board = {size, 0, 0, calloc(size, 1), calloc(2 * size, 1), calloc(2 * size, 1), calloc(size, sizeof(long long))};
  place(&board, 0);
  printf("%lld %lld\n", board.solutions, board.checksum);
  return 0;
}
