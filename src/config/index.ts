export { SERVICE_CONFIG } from './config.js';
export type {
  DatabaseConfig,
  KafkaConfig,
  LogConfig,
  OpsConfig,
  PasswordConfig,
  SaslConfig,
  SaslExtensions,
  SecretFiles,
  ServiceConfig,
  TlsConfig,
  TokenConfig,
  TokenEndpointConfig,
  TracingConfig,
} from './config.js';
export { strayCharacters } from './stray-characters.js';
export { reloadSecrets } from './reload-secrets.js';
export { ConfigError, type ConfigProblem } from './config-error.js';
export { loadConfig, loadConfigWith } from './load-config.js';
export { kafkaFromEnv, type KafkaFromEnvOptions } from './options/kafka-from-env.js';
export {
  KAFKA_CONFIG,
  type KafkaModuleConfig,
  type KafkaModuleOptions,
  type PartialOptions,
  type WithoutFiles,
} from './options/kafka-options.js';
export { optionsOf, resolveOptions } from './options/resolve-options.js';
export { callerFolder } from './caller-folder.js';
