/** All probes, in the order of the table. */
import type { Probe } from '../probe.ts';
import { chaos } from './chaos.ts';
import { clients } from './clients.ts';
import { codecs } from './codecs.ts';
import { fuzz } from './fuzz.ts';
import { interrupts } from './interrupts.ts';
import { memory } from './memory.ts';
import { overload } from './overload.ts';
import { stop } from './stop.ts';
import { twin } from './twin.ts';
import { web } from './web.ts';

export const PROBES: readonly Probe[] = [clients, web, overload, twin, stop, interrupts, chaos, memory, fuzz, codecs];
