/** This service, started like `src/main.ts`: the entry of its bundle, or unbundled for a profile. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./our-service.mjs');
