import type { DatabaseConfig, KafkaConfig, SaslConfig, ServiceConfig, TlsConfig } from '../config.js';

/** The part of the configuration that the package needs; the rest belongs to the reference service. */
export interface KafkaModuleConfig extends Pick<
  ServiceConfig,
  'kafka' | 'shutdownTimeoutMs' | 'database' | 'idempotency'
> {
  /** Of the cluster; undefined for the one whose handlers have no `cluster`. */
  readonly name?: string | undefined;
}

/** Injection token of the {@link KafkaModuleConfig}; `KafkaModule` provides it to the whole application. */
export const KAFKA_CONFIG = Symbol('KAFKA_CONFIG');

/** The same fields, each of them optional. */
export type PartialOptions<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** The variants of a union, with optional paths of secret files. */
export type WithoutFiles<T> = T extends { readonly files: infer Files }
  ? Omit<T, 'files'> & { readonly files?: Files | undefined }
  : never;

/**
 * Options of `KafkaModule`. Times are in ms. An omitted option has the default of the environment variable of the
 * same name in docs/configuration.md: `sessionTimeoutMs` that of `KAFKA_SESSION_TIMEOUT_MS`.
 *
 * @example
 * KafkaModule.forRoot({ brokers: ['kafka:9092'], clientId: 'shop', groupId: 'shop' })
 */
export interface KafkaModuleOptions extends PartialOptions<
  Omit<KafkaConfig, 'brokers' | 'clientId' | 'groupId' | 'ssl' | 'sasl'>
> {
  /** `host:port` of the bootstrap brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** The consumer group of handlers without a `groupId` of their own; used exactly as given. */
  readonly groupId: string;
  /** `true` is TLS with the CA certificates of Node. */
  readonly ssl?: true | PartialOptions<TlsConfig> | undefined;
  readonly sasl?: WithoutFiles<SaslConfig> | undefined;
  /** How long handlers may take during a shutdown before they are aborted. */
  readonly shutdownTimeoutMs?: number | undefined;
  /** PostgreSQL for idempotent handlers and `Database`; not connected to unless they are used. */
  readonly database?: PartialOptions<DatabaseConfig> | undefined;
  /** How long receipts of idempotent handlers are kept, in hours. */
  readonly idempotency?: { readonly ttlHours?: number | undefined } | undefined;
}
