/* Many short-lived trees beside a long-lived one; malloc and free do what a collector would. */
#include <stdio.h>
#include <stdlib.h>

typedef struct Node { struct Node *left, *right; } Node;

static Node *build(int depth) {
  Node *node = malloc(sizeof(Node));
  if (depth == 0) {
    node->left = node->right = NULL;
  } else {
    node->left = build(depth - 1);
    node->right = build(depth - 1);
  }
  return node;
}

static long long count(const Node *node) {
  long long total = 1;
  if (node->left) total += count(node->left);
  if (node->right) total += count(node->right);
  return total;
}

static void release(Node *node) {
  if (node->left) release(node->left);
  if (node->right) release(node->right);
  free(node);
}

int main(void) {
  const int deepest = 14;
  Node *stretch = build(deepest + 1);
  printf("stretch tree of depth %d has %lld nodes\n", deepest + 1, count(stretch));
  release(stretch);
  Node *lasting = build(deepest);
  for (int depth = 4; depth <= deepest; depth += 3) {
    long long trees = 1LL << (deepest - depth + 4), nodes = 0;
    for (long long i = 0; i < trees; i++) {
      Node *tree = build(depth);
      nodes += count(tree);
      release(tree);
    }
    printf("%lld trees of depth %d have %lld nodes\n", trees, depth, nodes);
  }
  printf("lasting tree of depth %d has %lld nodes\n", deepest, count(lasting));
  release(lasting);
  return 0;
}
