/** Modules that a text may import are found without parsing it. */
import { describe, expect, it } from 'vitest';
import { importedNames } from '../../src/node/index.ts';

const names = (text: string): string[] =>
  importedNames(text).map(({ level, name, members }) => `${'.'.repeat(level)}${name}${members.length > 0 ? `:${members.join('+')}` : ''}`);

describe('imports are found', () => {
  it.each([
    ['import a', ['a']],
    ['import a.b as c, d', ['a.b', 'd']],
    ['from a.b import c', ['a.b:c']],
    ['from a import (\n    b,  # why\n    c as d,\n)', ['a:b+c']],
    ['from . import x', ['.:x']],
    ['from ..up import y', ['..up:y']],
    ['from .x import *', ['.x']],
    ['if True:\n    import late', ['late']],
    ['x = 1; import after', ['after']],
    ['try: import one\nexcept ImportError: pass', ['one']],
    ['from a \\\n    import b', ['a:b']],
    ['import größe', ['größe']],
  ])('in %j', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it('and a text without any has none', () => {
    expect(names('important = 1\nfromage = 2\nx.imports()\n')).toEqual([]);
  });
});
