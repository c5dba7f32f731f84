/** This service, started as `src/main.ts` starts it: the entry of its bundle, or as it is to be profiled. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./our-service.mjs');
