/// <reference path="../../runtime/src/host/wasm-api.d.ts" />
/** Passes only make code better: without any one of them, and without all, a program does the same. */
import { PIPELINE } from '@molt/mir';
import { createInstance } from '@molt/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../src/index.ts';

const PROGRAM = `
class Account:
    def __init__(self, owner: str, balance: int) -> None:
        self.owner = owner
        self.balance = balance

    def withdraw(self, amount: int) -> int:
        if amount > self.balance:
            raise ValueError(f'{self.owner} lacks {amount - self.balance}')
        self.balance -= amount
        return self.balance


def primes(limit: int) -> list[int]:
    sieve = [True] * (limit + 1)
    found = []
    for n in range(2, limit + 1):
        if sieve[n]:
            found.append(n)
            for m in range(n * n, limit + 1, n):
                sieve[m] = False
    return found


def mean(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


accounts = [Account('ann', 10), Account('bob', 5)]
for account in accounts:
    for amount in [3, 4, 5]:
        try:
            print(account.owner, account.withdraw(amount))
        except ValueError as error:
            print(error)
print(primes(60), mean([1.5, 2.5, 8.0]), 2 ** 100 // 3 ** 20)
counts: dict[str, int] = {}
for letter in 'abracadabra':
    counts[letter] = counts.get(letter, 0) + 1
print(counts, sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
`;

function outputWithout(disablePasses: readonly string[], opt: 0 | 1 | 2 = 2): string {
  const { artifact, diagnostics } = compile(PROGRAM, { target: 'wasm', mode: 'script', opt, disablePasses, verifyEach: true });
  if (artifact?.kind !== 'wasm') throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  let text = '';
  const write = (_fd: number, bytes: Uint8Array): void => {
    text += new TextDecoder().decode(bytes);
  };
  createInstance(new WebAssembly.Module(artifact.bytes), { write }, { script: true }).init();
  return text;
}

describe('a program compiled', () => {
  const optional = [...new Set(PIPELINE.filter(({ required }) => !required).map(({ name }) => name))];
  let expected = '';
  beforeAll(() => {
    expected = outputWithout([]);
  });

  it('with all passes prints what it should', () => {
    expect(expected.split('\n')).toEqual([
      'ann 7',
      'ann 3',
      'ann lacks 2',
      'bob 2',
      'bob lacks 2',
      'bob lacks 3',
      '[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59] 4.0 363558641556578823726',
      "{'a': 5, 'b': 2, 'r': 2, 'c': 1, 'd': 1} [('a', 5), ('b', 2), ('r', 2), ('c', 1), ('d', 1)]",
      '',
    ]);
  });

  it.each(optional)('without %s prints the same', (name) => {
    expect(outputWithout([name])).toBe(expected);
  });

  it('without any optional pass, and at lower levels, prints the same', () => {
    expect(outputWithout(optional)).toBe(expected);
    expect(outputWithout([], 1)).toBe(expected);
    expect(outputWithout([], 0)).toBe(expected);
  });
});
