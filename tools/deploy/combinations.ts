import type { Combination } from './kustomize.js';

/** KEDA needs the service's credentials. */
const KEDA: Readonly<Record<string, readonly string[]>> = {
  development: ['keda'],
  production: ['keda', 'keda-sasl-ssl'],
};

/** Every overlay, alone and with each set of optional components. */
export const combinations: readonly Combination[] = Object.entries(KEDA).flatMap(([overlay, keda]) =>
  [[], ['monitoring'], keda, ['monitoring', ...keda]].map((components) => ({ overlay, components })),
);
