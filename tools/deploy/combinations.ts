import type { Combination } from './kustomize.js';

/** KEDA needs the service's credentials. */
const KEDA: Readonly<Record<string, readonly string[]>> = {
  development: ['keda'],
  production: ['keda', 'keda-sasl-ssl'],
};
const SECRETS = ['database', 'ops'];

/** Every overlay: alone, with each set of optional components, and with all of them under another name. */
export const combinations: readonly Combination[] = Object.entries(KEDA).flatMap(([overlay, keda]) => {
  const all = ['monitoring', ...SECRETS, ...keda];
  const sets = [[], ['monitoring'], SECRETS, keda, ['monitoring', ...keda], all];
  return [
    ...sets.map((components) => ({ overlay, components })),
    { overlay, components: [], renamed: 'beside' },
    { overlay, components: all, renamed: 'beside' },
    { overlay, components: all, renamed: 'above' },
  ] satisfies Combination[];
});
