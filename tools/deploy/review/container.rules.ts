import { eachContainer, podOf, type Rule } from './rule.js';

/** The user of the Dockerfile; a number, since the kubelet cannot check a name. */
const IMAGE_USER = 65532;

const RESOURCES = ['cpu', 'memory'] as const;

/** Rules for a container's privileges, after section 5.2 of the CIS Kubernetes Benchmark. */
export const containerRules: readonly Rule[] = [
  eachContainer('not privileged', ({ securityContext }) => securityContext.privileged && 'privileged'),
  eachContainer(
    'no privilege escalation',
    ({ securityContext }) =>
      securityContext.allowPrivilegeEscalation !== false && 'allowPrivilegeEscalation is not false',
  ),
  eachContainer('not as root', ({ securityContext }, manifests) => {
    const pod = podOf(manifests).securityContext;
    const user = securityContext.runAsUser ?? pod.runAsUser;
    if ((securityContext.runAsNonRoot ?? pod.runAsNonRoot) !== true) return 'runAsNonRoot is not true';
    return user !== IMAGE_USER && `runs as ${user}, the image's user is ${IMAGE_USER}`;
  }),
  eachContainer(
    'read-only root file system',
    ({ securityContext }) =>
      securityContext.readOnlyRootFilesystem !== true && 'readOnlyRootFilesystem is not true',
  ),
  eachContainer('no capabilities', ({ securityContext: { capabilities } }) => {
    if (!capabilities.drop.includes('ALL')) return 'does not drop ALL capabilities';
    return capabilities.add.length > 0 && `adds ${capabilities.add.join(', ')}`;
  }),
  eachContainer('seccomp', ({ securityContext }, manifests) => {
    const profile = securityContext.seccompProfile ?? podOf(manifests).securityContext.seccompProfile;
    return profile?.type !== 'RuntimeDefault' && `seccomp profile ${profile?.type ?? 'is not set'}`;
  }),
  eachContainer('requests and limits', ({ resources }) => {
    const missing = RESOURCES.filter((each) => !resources.limits[each] || !resources.requests[each]);
    return missing.length > 0 && `no request or no limit of ${missing.join(', ')}`;
  }),
  eachContainer('image with a version', ({ image }) => {
    if (/@sha256:[0-9a-f]{64}$/.test(image)) return undefined;
    const tag = /:([^:/]+)$/.exec(image)?.[1];
    return (!tag || tag === 'latest') && `${image} is not a fixed version`;
  }),
  eachContainer(
    'no host port',
    ({ ports }) => ports.some(({ hostPort }) => hostPort !== undefined) && 'uses a port of its node',
  ),
];
