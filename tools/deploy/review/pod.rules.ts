import { podOf, type Rule, single } from './rule.js';

/** Rules for a pod's access to its node and to the cluster. */
export const podRules: readonly Rule[] = [
  single('no host path', (manifests) => {
    const { volumes } = podOf(manifests);
    const found = volumes.find(({ hostPath }) => hostPath !== undefined);
    return found && `volume ${found.name} is a folder of its node`;
  }),
  single('no host namespaces', (manifests) => {
    const { hostNetwork, hostPID, hostIPC } = podOf(manifests);
    return (hostNetwork || hostPID || hostIPC) && 'the pod shares a namespace with its node';
  }),
  single('no token', (manifests) => {
    const { automountServiceAccountToken, serviceAccountName } = podOf(manifests);
    if (automountServiceAccountToken) return "a token of the cluster's API is mounted into the pod";
    const account = manifests
      .ofKind('ServiceAccount')
      .find(({ metadata }) => metadata.name === serviceAccountName);
    if (!account) return `service account ${serviceAccountName} is not in the manifests`;
    return account['automountServiceAccountToken'] !== false && 'its service account mounts a token';
  }),
  single(
    'no service links',
    (manifests) => podOf(manifests).enableServiceLinks && 'the Services of the namespace become variables',
  ),
];
