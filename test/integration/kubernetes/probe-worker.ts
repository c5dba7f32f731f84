import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeSpec } from '../../../tools/deploy/deployment.js';

/** The probes of a container. */
export type ProbeName = 'startupProbe' | 'livenessProbe' | 'readinessProbe';

/** The result of one probe. */
export interface ProbeResult {
  readonly probe: ProbeName;
  readonly healthy: boolean;
  /** A status code, or the name of the error if there was no answer in time. */
  readonly answer: string;
}

/** What a worker needs in addition to its probe. */
export interface WorkerOptions {
  readonly url: string;
  /** The divisor of all waits, except for the time of an answer, which is not accelerated. */
  readonly speed: number;
  readonly signal: AbortSignal;
  readonly onResult: (healthy: boolean, answer: string) => void;
  /** Called when the threshold is reached, and for each result of the same kind after it. */
  readonly onVerdict: (healthy: boolean) => void;
}

/**
 * Probes until it is stopped, and reports a verdict once as many consecutive results agree as the probe requires;
 * with the rules of the kubelet's own worker.
 */
export async function probeAgainAndAgain(spec: ProbeSpec, options: WorkerOptions): Promise<void> {
  const { url, speed, signal, onResult, onVerdict } = options;
  let last: boolean | undefined;
  let inARow = 0;
  await pause((spec.initialDelaySeconds * 1000) / speed, signal);
  while (!signal.aborted) {
    const answer = await ask(url, spec.timeoutSeconds * 1000);
    if (signal.aborted) return;
    const healthy = /^[23]\d\d$/.test(answer);
    inARow = healthy === last ? inARow + 1 : 1;
    last = healthy;
    onResult(healthy, answer);
    if (inARow >= (healthy ? spec.successThreshold : spec.failureThreshold)) onVerdict(healthy);
    await pause((spec.periodSeconds * 1000) / speed, signal);
  }
}

/** Uses a new connection each time, like a kubelet. */
async function ask(url: string, timeoutMs: number): Promise<string> {
  try {
    const headers = { connection: 'close', 'user-agent': 'kube-probe/1.37' };
    const response = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'manual',
    });
    await response.body?.cancel();
    return String(response.status);
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
