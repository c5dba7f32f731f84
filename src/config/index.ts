export type {
  DatabaseConfig,
  KafkaConfig,
  LogConfig,
  OpsConfig,
  PasswordConfig,
  SaslConfig,
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
export { callerFolder } from './caller-folder.js';
export { SERVICE_CONFIG, ServiceConfigModule } from './service-config.module.js';
