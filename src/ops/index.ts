export { OpsTokenGuard } from '../http/ops-token.guard.js';
export type { AuditLine, AuditLog } from './audit/audit.service.js';
export { KafkaOpsModule, type KafkaOpsModuleAsyncOptions, type KafkaOpsOptions } from './kafka-ops.module.js';
