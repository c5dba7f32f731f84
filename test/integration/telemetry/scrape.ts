/** One line of `/metrics`. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A scrape like that of Prometheus. */
export class Scrape {
  /** The type of each metric by name, such as `counter`. */
  readonly types: ReadonlyMap<string, string>;
  /** The help text of each metric, by its name. */
  readonly helps: ReadonlyMap<string, string>;

  private constructor(
    readonly text: string,
    readonly series: readonly Series[],
  ) {
    this.types = commentsOf(text, 'TYPE');
    this.helps = commentsOf(text, 'HELP');
  }

  static async of(url: string): Promise<Scrape> {
    const response = await fetch(`${url}/metrics`, { headers: { connection: 'close' } });
    if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
    const text = await response.text();
    return new Scrape(text, text.split('\n').flatMap(parse));
  }

  /** All series of a metric that have at least these labels. */
  all(name: string, labels: Readonly<Record<string, string>> = {}): Series[] {
    return this.series.filter(
      (each) =>
        each.name === name && Object.entries(labels).every(([label, value]) => each.labels[label] === value),
    );
  }

  /** The sum of all series of a metric with these labels; undefined if there are none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = this.all(name, labels);
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  }

  /** A metric's values by one of its labels, without zeros. */
  by(name: string, label: string, labels: Readonly<Record<string, string>> = {}): Record<string, number> {
    const found = this.all(name, labels).filter(({ value }) => value !== 0);
    return Object.fromEntries(found.map((each) => [each.labels[label], each.value]));
  }
}

function commentsOf(text: string, kind: 'TYPE' | 'HELP'): ReadonlyMap<string, string> {
  const found = text.matchAll(new RegExp(`^# ${kind} (\\S+) (.+)$`, 'gm'));
  return new Map(Array.from(found, ([, name = '', said = '']) => [name, said]));
}

function parse(line: string): Series[] {
  const [, name = '', labels = '', value = ''] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
  if (name === '') return [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text]);
  return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
}
