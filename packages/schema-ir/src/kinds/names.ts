/** Which names a schema may use: those of Python, less the one that JavaScript treats as magic. */
import { refuse } from '../schema-error.ts';

const FIELD = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const TYPE = /^[\p{ID_Start}_][\p{ID_Continue}]*(\.[\p{ID_Start}_][\p{ID_Continue}]*)*$/u;
const LONGEST = 200;

/** Refuses what is no field, parameter or tag name. */
export function checkFieldName(name: unknown): void {
  if (typeof name !== 'string' || name.length > LONGEST || name === '__proto__' || !FIELD.test(name)) {
    refuse('MOLT4040', { expected: 'an identifier of at most 200 characters', actual: JSON.stringify(name)?.slice(0, 60) ?? 'nothing' });
  }
}

/** Refuses what is no type or export name: identifiers joined by dots. */
export function checkTypeName(name: unknown): void {
  if (typeof name !== 'string' || name.length > LONGEST || name === '__proto__' || !TYPE.test(name)) {
    refuse('MOLT4040', {
      expected: 'identifiers joined by dots, at most 200 characters',
      actual: JSON.stringify(name)?.slice(0, 60) ?? 'nothing',
    });
  }
}

/** Refuses a second use of a name. */
export function checkDistinct(names: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) refuse('MOLT4040', { expected: `distinct ${what}`, actual: `${name} twice` });
    seen.add(name);
  }
}

/** Words of the text form that a type may be called too. */
const WORDS = new Set(
  (
    'none bool int float float32 str bytes optional list map tuple record enum union ref decimal date time timestamp duration uuid array result ' +
    'stream table capability i8 i16 i32 u8 u16 u32 u64'
  ).split(' '),
);

/** A type name where a type stands in the text form: between backticks when it is a word of that form. */
export function printName(name: string): string {
  return WORDS.has(name) ? `\`${name}\`` : name;
}
