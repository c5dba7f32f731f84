export type {
  DatabaseConfig,
  KafkaConfig,
  LogConfig,
  OpsConfig,
  SaslConfig,
  ServiceConfig,
  TlsConfig,
  TracingConfig,
} from './config.js';
export { ConfigError, type ConfigProblem } from './config-error.js';
export { loadConfig } from './load-config.js';
export { callerFolder } from './caller-folder.js';
export { checkEnvironment } from './check-environment.js';
export { SERVICE_CONFIG, ServiceConfigModule } from './service-config.module.js';
