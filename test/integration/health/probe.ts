/** The health endpoints. */
export type Probe = 'live' | 'ready' | 'startup';

/** The answer of a probe. */
export interface Answer {
  readonly up: boolean;
  /** The reason why it is down, with details; empty while it is up. */
  readonly reason: string;
}

/** Asks a running service over HTTP. */
export async function probe(url: string, name: Probe): Promise<Answer> {
  const response = await fetch(`${url}/health/${name}`, { headers: { connection: 'close' } });
  const body: unknown = await response.json();
  if (response.status === 200) return { up: true, reason: '' };
  if (response.status !== 503) throw new Error(`/health/${name} answered ${response.status}`);
  const reason = typeof body === 'object' && body !== null && 'error' in body ? body.error : body;
  return { up: false, reason: JSON.stringify(reason) };
}

/** The probes that are down, with their reasons. */
export async function downProbes(url: string): Promise<Partial<Record<Probe, string>>> {
  const names = ['live', 'ready', 'startup'] as const;
  const answers = await Promise.all(names.map((name) => probe(url, name)));
  return Object.fromEntries(
    names.flatMap((name, at) => (answers[at]?.up ? [] : [[name, answers[at]?.reason ?? '']])),
  );
}
