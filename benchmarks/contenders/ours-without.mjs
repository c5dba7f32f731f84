/**
 * This service with all of its telemetry taken out: no metrics module, no time taken of calls, no context that
 * lines of the log could be about. What that leaves is what `ours` is measured against.
 */
import { enableCompileCache, registerHooks } from 'node:module';

/** What is cut out of which file of the build; one that is no longer there is an error. */
const cuts = [
  ['/core/pipeline/partition.js', /this\.parts\.counts\.calls\.add\(.*\);/, ''],
  ['/kafka/handler-call.js', /return calls\.run\(.*\);/, 'return run(call.first);'],
  ['/app.module.js', /\n\s*MetricsModule,/, ''],
];

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
