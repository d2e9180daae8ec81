/**
 * Finds the character that a `\N{...}` escape names.
 *
 * The table of names is unpacked on the first such escape; most programs have none and never pay for it.
 */
import { ALONE, CODE_ALPHABET, COMPUTED_NAMES, LEADING_TWO, NAME_ALIASES, NAME_WORDS, PACKED_NAMES } from './unicode-name-table.ts';

const HANGUL_FIRST = 0xac00;
const LEADS = 'G GG N D DD R M B BB S SS  J JJ C K T P H'.split(' ');
const VOWELS = 'A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I'.split(' ');
const TAILS = ' G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H'.split(' ');

let table: Map<string, number> | null = null;

/** The character called `name` in any case, or `null`. */
export function unicodeCharacterNamed(name: string): string | null {
  table ??= unpack();
  const code = table.get(name.toUpperCase()) ?? computedCode(name);
  return code === null ? null : String.fromCodePoint(code);
}

function unpack(): Map<string, number> {
  const words = NAME_WORDS.split(' ');
  const digits = new Map<string, number>();
  for (let i = 0; i < CODE_ALPHABET.length; i++) digits.set(CODE_ALPHABET[i] as string, i);
  const base = CODE_ALPHABET.length;
  const names = new Map<string, number>();
  let code = 0;
  let current: string[] = [];
  let jump = 1;
  for (const record of PACKED_NAMES.split(' ')) {
    if (record[0] === '!') {
      jump = Number.parseInt(record.slice(1), 36);
      continue;
    }
    code += jump;
    jump = 1;
    const digit = (at: number): number => digits.get(record[at] as string) as number;
    current = current.slice(0, digit(0));
    for (let at = 1; at < record.length; ) {
      const first = digit(at);
      if (first < ALONE) {
        current.push(words[first] as string);
        at += 1;
      } else if (first < ALONE + LEADING_TWO) {
        current.push(words[ALONE + (first - ALONE) * base + digit(at + 1)] as string);
        at += 2;
      } else {
        const index = ((first - ALONE - LEADING_TWO) * base + digit(at + 1)) * base + digit(at + 2);
        current.push(words[ALONE + LEADING_TWO * base + index] as string);
        at += 3;
      }
    }
    names.set(current.join(' '), code);
  }
  for (const [alias, aliased] of NAME_ALIASES) names.set(alias, aliased);
  return names;
}

/** Ideographs, whose names hold their code point, and Hangul syllables, whose names are spelt from their letters. */
function computedCode(name: string): number | null {
  for (const [prefix, first, last] of COMPUTED_NAMES) {
    if (!name.startsWith(prefix)) continue;
    const digits = name.slice(prefix.length);
    if (!/^[0-9A-F]{4,5}$/.test(digits)) return null;
    const code = Number.parseInt(digits, 16);
    if (code >= first && code <= last) return code;
  }
  return hangulCode(name);
}

function hangulCode(name: string): number | null {
  if (!name.startsWith('HANGUL SYLLABLE ')) return null;
  const letters = name.slice('HANGUL SYLLABLE '.length);
  for (let lead = 0; lead < LEADS.length; lead++) {
    if (!letters.startsWith(LEADS[lead] as string)) continue;
    const rest = letters.slice((LEADS[lead] as string).length);
    for (let vowel = 0; vowel < VOWELS.length; vowel++) {
      if (!rest.startsWith(VOWELS[vowel] as string)) continue;
      const tail = TAILS.indexOf(rest.slice((VOWELS[vowel] as string).length));
      if (tail >= 0) return HANGUL_FIRST + (lead * VOWELS.length + vowel) * TAILS.length + tail;
    }
  }
  return null;
}
