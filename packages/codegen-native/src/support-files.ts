/** The C support code, embedded as text: what every native artifact links besides the generated units. */
import header from './c/molt.h';
import hostSource from './c/host.c';
import instanceSource from './c/instance.c';
import mainSource from './c/main.c';
import stackSource from './c/stack.c';

/** A C source or header. */
export interface CFile {
  readonly name: string;
  readonly text: string;
}

/** What is being linked: a program that runs the module body, or a library. */
export type NativeKind = 'exe' | 'shared';

const COMMON: readonly CFile[] = [
  { name: 'molt.h', text: header },
  { name: 'instance.c', text: instanceSource },
  { name: 'stack.c', text: stackSource },
  { name: 'host.c', text: hostSource },
];

/** Support files of a kind of artifact. */
export function supportFiles(kind: NativeKind): readonly CFile[] {
  return kind === 'exe' ? [...COMMON, { name: 'main.c', text: mainSource }] : COMMON;
}
