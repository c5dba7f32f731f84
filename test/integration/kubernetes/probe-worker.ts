import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeSpec } from '../../../tools/deploy/deployment.js';

/** The probes of a container. */
export type ProbeName = 'startupProbe' | 'livenessProbe' | 'readinessProbe';

/** What one probe got. */
export interface ProbeResult {
  readonly probe: ProbeName;
  readonly healthy: boolean;
  /** A status code, or the name of the error where there was no answer in time. */
  readonly answer: string;
}

/** What a worker needs beside its probe. */
export interface WorkerOptions {
  readonly url: string;
  /** By how much all waits are divided. Not an answer's time, in which nothing is faster than it is. */
  readonly speed: number;
  readonly signal: AbortSignal;
  readonly onResult: (healthy: boolean, answer: string) => void;
  /** Called when the threshold is reached, and for each result of the same kind after it. */
  readonly onVerdict: (healthy: boolean) => void;
}

/**
 * Probes until it is told to stop, and gives its verdict once as many results in a row agree as the probe asks for;
 * the rules are those of the kubelet's own worker.
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

/** A connection of its own each time, as a kubelet's. */
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
