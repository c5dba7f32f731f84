import { eachContainer, podOf, type Rule } from './rule.js';
import { heapBytes, memoryBytes, outsideOfHeapBytes } from './memory.js';

/** The time after SHUTDOWN_TIMEOUT_MS after which the process exits in any case; see src/service/start-service.ts. */
const STOP_GRACE_MS = 5_000;

const PROBES = {
  startupProbe: '/health/startup',
  livenessProbe: '/health/live',
  readinessProbe: '/health/ready',
} as const;

const MIB = 2 ** 20;

/** Rules for numbers that depend on other numbers of the manifests. */
export const lifecycleRules: readonly Rule[] = [
  eachContainer('probes', (container) => {
    const wrong = (['startupProbe', 'livenessProbe', 'readinessProbe'] as const).filter(
      (name) => container[name]?.httpGet.path !== PROBES[name],
    );
    return wrong.length > 0 && `${wrong.join(', ')} missing, or at another endpoint`;
  }),
  eachContainer('liveness outlasts the session', (container, manifests) => {
    const { periodSeconds, failureThreshold } = container.livenessProbe ?? {
      periodSeconds: 0,
      failureThreshold: 0,
    };
    const sessionMs = Number(manifests.environment(container)['KAFKA_SESSION_TIMEOUT_MS']);
    // The first probe may fail immediately.
    const toleratedMs = 1000 * periodSeconds * (failureThreshold - 1);
    return (
      !(toleratedMs >= sessionMs) && `restarts after ${toleratedMs} ms, within the session of ${sessionMs} ms`
    );
  }),
  eachContainer('grace period covers the drain', (container, manifests) => {
    const graceMs = 1000 * podOf(manifests).terminationGracePeriodSeconds;
    const drainMs = Number(manifests.environment(container)['SHUTDOWN_TIMEOUT_MS']) + STOP_GRACE_MS;
    return !(graceMs > drainMs) && `killed after ${graceMs} ms, a stop may take ${drainMs} ms`;
  }),
  eachContainer('heap fits into the memory limit', (container, manifests) => {
    const environment = manifests.environment(container);
    const neededMib = (heapBytes(environment) + outsideOfHeapBytes(environment)) / MIB;
    const limitMib = memoryBytes(container.resources.limits['memory']) / MIB;
    return !(neededMib <= limitMib) && `may use ${neededMib} MiB, the limit is ${limitMib} MiB`;
  }),
];
