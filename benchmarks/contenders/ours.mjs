/** This service, started as `src/main.ts` starts it. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./our-service.mjs');
