/**
 * This service without what the job's `without` names: its metrics, the context that lines of the log are about, or
 * both, as if neither had ever been written. What that leaves is what `ours` is measured against.
 */
import { enableCompileCache, registerHooks } from 'node:module';
import { readJob } from './meter.mjs';

/** What is cut out of which file of the build; one that is no longer there is an error. */
const parts = {
  metrics: [
    ['/core/pipeline/partition.js', /this\.parts\.counts\.calls\.add\(.*\);/, ''],
    ['/app.module.js', /\n\s*MetricsModule,/, ''],
  ],
  context: [['/kafka/handler-call.js', /return calls\.run\(.*\);/, 'return run(call.first);']],
};

const cuts = readJob().without.flatMap((part) => parts[part]);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const [, pattern, replacement] = cuts.find(([file]) => url.endsWith(file)) ?? [];
    if (!pattern) return loaded;
    const source = String(loaded.source);
    if (!pattern.test(source)) throw new Error(`${url} has nothing of ${pattern} to be cut out`);
    return { ...loaded, source: source.replace(pattern, replacement) };
  },
});

enableCompileCache();
await import('./our-service.mjs');
