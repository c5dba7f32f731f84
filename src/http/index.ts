export { HardenedExpressAdapter, HTTP_LIMITS } from './hardened-express.adapter.js';
export { OpsTokenGuard } from './ops-token.guard.js';
