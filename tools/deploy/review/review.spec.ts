import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Document, parseAllDocuments } from 'yaml';
import { Manifests } from '../manifests.js';
import { review, rules } from './index.js';

const VALID = readFileSync(join(import.meta.dirname, '../testing/valid.yaml'), 'utf8');

type Path = readonly (string | number)[];
type Edit = (documents: Document[]) => void;

/** The valid manifests after an edit. */
function after(...edits: readonly Edit[]): Manifests {
  const documents = [...parseAllDocuments(VALID)].flatMap((each) => ('setIn' in each ? [each] : []));
  for (const edit of edits) edit(documents);
  return Manifests.parse(documents.map(String).join(''));
}

function inKind(kind: string, path: Path, value?: unknown): Edit {
  return (documents) => {
    const document = documents.find((each) => each.get('kind') === kind);
    if (value === undefined) document?.deleteIn(path);
    else document?.setIn(path, document.createNode(value));
  };
}

const pod = (path: Path, value?: unknown): Edit =>
  inKind('Deployment', ['spec', 'template', 'spec', ...path], value);
const container = (path: Path, value?: unknown): Edit => pod(['containers', 0, ...path], value);
const config = (name: string, value?: string): Edit => inKind('ConfigMap', ['data', name], value);
const scaled = (path: Path, value?: unknown): Edit => inKind('ScaledObject', ['spec', ...path], value);
const trigger = (name: string, value?: string): Edit => scaled(['triggers', 0, 'metadata', name], value);
const remove = (kind: string): Edit => inKind(kind, ['kind'], 'Namespace');

/** A violation of each rule: the rule, a description of the problem, and the edit that causes it. */
const VIOLATIONS: readonly (readonly [rule: string, what: string, edit: Edit])[] = [
  ['not privileged', 'a privileged container', container(['securityContext', 'privileged'], true)],
  [
    'no privilege escalation',
    'escalation left open',
    container(['securityContext', 'allowPrivilegeEscalation']),
  ],
  ['not as root', 'runAsNonRoot left out', pod(['securityContext', 'runAsNonRoot'])],
  ['not as root', 'the user left out', pod(['securityContext', 'runAsUser'])],
  ['not as root', 'a container that overrides it', container(['securityContext', 'runAsUser'], 0)],
  ['read-only root file system', 'left out', container(['securityContext', 'readOnlyRootFilesystem'])],
  ['no capabilities', 'none dropped', container(['securityContext', 'capabilities'])],
  ['no capabilities', 'one added', container(['securityContext', 'capabilities', 'add'], ['NET_ADMIN'])],
  ['seccomp', 'left out', pod(['securityContext', 'seccompProfile'])],
  ['seccomp', 'unconfined', container(['securityContext', 'seccompProfile'], { type: 'Unconfined' })],
  ['requests and limits', 'no limit of cpu', container(['resources', 'limits', 'cpu'])],
  ['requests and limits', 'no request of memory', container(['resources', 'requests', 'memory'])],
  ['image with a version', 'no tag', container(['image'], 'registry.example:5000/consumer')],
  ['image with a version', 'latest', container(['image'], 'consumer:latest')],
  ['no host port', 'a port of the node', container(['ports', 0, 'hostPort'], 3000)],
  ['no host path', 'a folder of the node', pod(['volumes', 1], { name: 'host', hostPath: { path: '/' } })],
  ['no host namespaces', 'network', pod(['hostNetwork'], true)],
  ['no host namespaces', 'processes', pod(['hostPID'], true)],
  ['no host namespaces', 'memory', pod(['hostIPC'], true)],
  ['no token', 'mounted by default', pod(['automountServiceAccountToken'])],
  ['no token', 'mounted by the service account', inKind('ServiceAccount', ['automountServiceAccountToken'])],
  ['no token', 'an account that is not in the manifests', pod(['serviceAccountName'])],
  ['no service links', 'left at its default', pod(['enableServiceLinks'])],
  [
    'no secret in a variable',
    'a key of a Secret',
    container(['env', 3], { name: 'X', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }),
  ],
  ['no secret in a variable', 'a whole Secret', container(['envFrom', 1], { secretRef: { name: 'a' } })],
  ['no secret in a variable', 'a literal', container(['env', 3], { name: 'OPS_TOKEN', value: 'x' })],
  ['no secret in a variable', 'in the ConfigMap', config('KAFKA_SASL_PASSWORD', 'x')],
  ['secret files are mounted', 'no mount', container(['volumeMounts', 0, 'mountPath'], '/elsewhere')],
  ['secrets are read only', 'a writable mount', container(['volumeMounts', 0, 'readOnly'])],
  ['probes', 'no startup probe', container(['startupProbe'])],
  [
    'probes',
    'the liveness probe at the readiness endpoint',
    container(['livenessProbe', 'httpGet', 'path'], '/health/ready'),
  ],
  ['liveness outlasts the session', 'one try fewer', container(['livenessProbe', 'failureThreshold'], 3)],
  ['liveness outlasts the session', 'no session', config('KAFKA_SESSION_TIMEOUT_MS')],
  ['grace period covers the drain', 'the default of 30 s', pod(['terminationGracePeriodSeconds'])],
  ['grace period covers the drain', 'a longer drain', config('SHUTDOWN_TIMEOUT_MS', '35000')],
  [
    'heap fits into the memory limit',
    'a smaller limit',
    container(['resources', 'limits', 'memory'], '512Mi'),
  ],
  ['heap fits into the memory limit', 'no heap', container(['env', 2, 'value'], '')],
  ['heap fits into the memory limit', 'more in flight', config('KAFKA_MAX_IN_FLIGHT_BYTES', '268435456')],
  ['known kinds', 'a secret', inKind('Service', ['kind'], 'Secret')],
  ['known kinds', 'a role', inKind('Service', ['kind'], 'ClusterRoleBinding')],
  ['namespace of its own', 'no namespace', inKind('Service', ['metadata', 'namespace'])],
  ['restricted namespace', 'no label', inKind('Namespace', ['metadata', 'labels'])],
  ['network policy', 'only one direction', inKind('NetworkPolicy', ['spec', 'policyTypes'], ['Ingress'])],
  ['network policy', 'from anywhere', inKind('NetworkPolicy', ['spec', 'ingress', 0, 'from'])],
  ['network policy', 'to anywhere', inKind('NetworkPolicy', ['spec', 'egress', 0, 'to'], [])],
  [
    'network policy',
    'for other pods',
    inKind('NetworkPolicy', ['spec', 'podSelector', 'matchLabels'], { a: 'b' }),
  ],
  ['disruption budget', 'no node drains', inKind('PodDisruptionBudget', ['spec', 'maxUnavailable'], 0)],
  [
    'disruption budget',
    'other pods',
    inKind('PodDisruptionBudget', ['spec', 'selector', 'matchLabels'], { a: 'b' }),
  ],
  ['no more members than partitions', 'left at its default', trigger('allowIdleConsumers')],
  ['no more members than partitions', 'idle ones allowed', trigger('allowIdleConsumers', 'true')],
  ['offsets are queried once', 'queried twice', scaled(['triggers', 0, 'useCachedMetrics'])],
  ['at least two members', 'none at night', scaled(['minReplicaCount'], 0)],
  ['at least two members', 'a maximum below the minimum', scaled(['maxReplicaCount'], 1)],
  [
    'slow scale-down',
    'no window',
    scaled(
      ['advanced', 'horizontalPodAutoscalerConfig', 'behavior', 'scaleDown', 'stabilizationWindowSeconds'],
      0,
    ),
  ],
  [
    'replicas are set by KEDA only',
    'replicas in the Deployment',
    inKind('Deployment', ['spec', 'replicas'], 4),
  ],
  ['lag of its own group', 'another group', trigger('consumerGroup', 'another')],
  ['lag of its own group', 'other brokers', trigger('bootstrapServers', 'kafka:9092')],
  ['scaled Deployment exists', 'a name without the prefix', scaled(['scaleTargetRef', 'name'], 'consumer')],
  ['authentication exists', 'another name', scaled(['triggers', 0, 'authenticationRef', 'name'], 'consumer')],
  [
    'one Secret for pods and KEDA',
    'another one',
    inKind('TriggerAuthentication', ['spec', 'secretTargetRef', 0, 'name'], 'kafka'),
  ],
  [
    'selectors match the pods',
    'a PodMonitor with former labels',
    inKind('PodMonitor', ['spec', 'selector', 'matchLabels'], { a: 'b' }),
  ],
  [
    'selectors match the pods',
    'a Service with former labels',
    inKind('Service', ['spec', 'selector'], { a: 'b' }),
  ],
  [
    'peers are other pods',
    'a DNS peer with the labels of the service',
    inKind(
      'NetworkPolicy',
      ['spec', 'egress', 0, 'to'],
      [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'nestjs-kafka-consumer' } } }],
    ),
  ],
];

describe('the review of rendered manifests', () => {
  it('the review finds no problem in valid manifests', () => {
    expect(review(after())).toEqual([]);
  });

  it.each(VIOLATIONS)('the review rule %s finds %s', (rule, _what, edit) => {
    expect(review(after(edit))).toEqual([expect.stringMatching(`^${rule}: `)]);
  });

  it('the review accepts an image by its digest', () => {
    const digest = `registry.example/consumer@sha256:${'0'.repeat(64)}`;
    expect(review(after(container(['image'], digest)))).toEqual([]);
  });

  it('the review checks init containers too', () => {
    const init = { name: 'init', image: 'init' };
    expect(review(after(pod(['initContainers'], [init])))).toContainEqual(
      expect.stringMatching('^image with a version: container init'),
    );
  });

  it('every review rule has a violation in this spec', () => {
    const planted = new Set(VIOLATIONS.map(([rule]) => rule));
    expect(rules.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });

  it('the review rejects manifests without a Deployment', () => {
    expect(() => after(remove('Deployment'))).toThrow('One Deployment was expected');
  });
});
