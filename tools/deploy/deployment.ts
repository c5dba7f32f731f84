import { z } from 'zod';

const probeSchema = z.looseObject({
  httpGet: z.object({ path: z.string(), port: z.union([z.string(), z.number()]) }),
  initialDelaySeconds: z.number().default(0),
  periodSeconds: z.number().default(10),
  timeoutSeconds: z.number().default(1),
  failureThreshold: z.number().default(3),
  successThreshold: z.number().default(1),
});

/** A probe with the API's defaults filled in. */
export type ProbeSpec = z.infer<typeof probeSchema>;

const quantities = z.record(z.string(), z.coerce.string()).default({});

const securityContextSchema = z.looseObject({
  runAsNonRoot: z.boolean().optional(),
  runAsUser: z.number().optional(),
  privileged: z.boolean().optional(),
  allowPrivilegeEscalation: z.boolean().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  seccompProfile: z.looseObject({ type: z.string() }).optional(),
  capabilities: z
    .object({ add: z.array(z.string()).default([]), drop: z.array(z.string()).default([]) })
    .prefault({}),
});

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z
    .array(
      z.looseObject({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() }),
    )
    .default([]),
  envFrom: z
    .array(
      z.looseObject({
        configMapRef: z.object({ name: z.string() }).optional(),
        secretRef: z.unknown().optional(),
      }),
    )
    .default([]),
  ports: z.array(z.looseObject({ containerPort: z.number(), hostPort: z.number().optional() })).default([]),
  resources: z.object({ requests: quantities, limits: quantities }).prefault({}),
  startupProbe: probeSchema.optional(),
  livenessProbe: probeSchema.optional(),
  readinessProbe: probeSchema.optional(),
  lifecycle: z.unknown().optional(),
  securityContext: securityContextSchema.prefault({}),
  volumeMounts: z
    .array(z.looseObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) }))
    .default([]),
});

/** The fields of a container that are checked. */
export type Container = z.infer<typeof containerSchema>;

const podSpecSchema = z.looseObject({
  hostNetwork: z.boolean().default(false),
  hostPID: z.boolean().default(false),
  hostIPC: z.boolean().default(false),
  serviceAccountName: z.string().default('default'),
  automountServiceAccountToken: z.boolean().default(true),
  enableServiceLinks: z.boolean().default(true),
  terminationGracePeriodSeconds: z.number().default(30),
  securityContext: securityContextSchema.prefault({}),
  initContainers: z.array(containerSchema).default([]),
  containers: z.array(containerSchema).min(1),
  volumes: z
    .array(
      z.looseObject({
        name: z.string(),
        hostPath: z.unknown().optional(),
        secret: z.looseObject({ secretName: z.string() }).optional(),
      }),
    )
    .default([]),
});

/** The fields of a pod that are checked, with the API's defaults filled in. */
export type PodSpec = z.infer<typeof podSpecSchema>;

/** The parsed part of a Deployment. */
export const deploymentSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    minReadySeconds: z.number().default(0),
    replicas: z.number().optional(),
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
      spec: podSpecSchema,
    }),
  }),
});

/** The fields of a Deployment that are checked. */
export type Deployment = z.infer<typeof deploymentSchema>;
