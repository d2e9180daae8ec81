/**
 * Metrics as text: the exposition format that Prometheus and its kin read (version 0.0.4).
 *
 * Written here and not taken from a library because the native worker prints the same text, and because counting must cost a call next to
 * nothing: a counter is a number in an array, and labels are only looked at when somebody asks.
 */

/** Labels of one sample; values come from the manifest and fixed tables only, so there is a bounded number of them. */
export type Labels = Readonly<Record<string, string>>;

/** Counts values by upper bounds. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Counts one value. */
  observe(value: number): void {
    const counts = this.#counts;
    let at = 0;
    while (at < this.bounds.length && value > (this.bounds[at] as number)) at++;
    counts[at] = (counts[at] as number) + 1;
    this.#sum += value;
  }

  /** How many values are at most each bound, then all; and their sum. */
  read(): { readonly cumulative: readonly number[]; readonly sum: number } {
    let total = 0;
    return { cumulative: Array.from(this.#counts, (count) => (total += count)), sum: this.#sum };
  }
}

/** Collects lines of metrics. */
export class MetricsText {
  readonly #lines: string[] = [];

  /** Begins a metric: its name, its kind and what it counts. */
  begin(name: string, kind: 'counter' | 'gauge' | 'histogram', help: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
  }

  /** One value. */
  sample(name: string, labels: Labels, value: number): void {
    this.#lines.push(`${name}${labelText(labels)} ${numberText(value)}`);
  }

  /** All values of a histogram. */
  histogram(name: string, labels: Labels, histogram: Histogram): void {
    const { cumulative, sum } = histogram.read();
    for (const [i, count] of cumulative.entries()) {
      const bound = histogram.bounds[i];
      this.sample(`${name}_bucket`, { ...labels, le: bound === undefined ? '+Inf' : numberText(bound) }, count);
    }
    this.sample(`${name}_sum`, labels, sum);
    this.sample(`${name}_count`, labels, cumulative.at(-1) as number);
  }

  /** Everything so far. */
  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function labelText(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  return `{${entries.map(([key, value]) => `${key}="${value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}"`).join(',')}}`;
}

/** Without exponents for what people read, with nine digits at most. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(9)));
}
