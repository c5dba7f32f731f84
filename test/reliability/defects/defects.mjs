/**
 * Defects that the harness must find: with RELIABILITY_DEFECT the built service is loaded with one of them. Each
 * replaces text that must occur exactly once in a file, otherwise the process exits.
 */
import { registerHooks } from 'node:module';

const defects = {
  /** Settles a record before its handler is called. */
  'early-commit': {
    'pipeline/dispatch/record-dispatcher.js': [
      [
        'const result = this.handler.invoke(record);',
        'this.results.confirmed([record]); const result = this.handler.invoke(record);',
      ],
    ],
  },
  /** Treats a failed call as a success. */
  'swallowed-error': {
    'pipeline/dispatch/record-dispatcher.js': [
      [/catch \(error\) \{\s+this\.#failed\(record, error\);\s+this\.pump\(\);\s+return;\s+\}/, 'catch {}'],
    ],
  },
  /** Gives every record its own lane, ignoring its key. */
  'no-lanes': {
    'pipeline/record-intake.js': [
      [
        "case 'key':\n                return keyNameOf(fetched);",
        "case 'key':\n                return undefined;",
      ],
    ],
  },
  /** Keeps settling and committing records that were in flight when their partition was lost. */
  'commit-after-loss': {
    'pipeline/partition.js': [['this.parts.committer.remove(settlement, reason);', '']],
    'pipeline/dispatch/call-results.js': [
      [/if \(ownership\.endedBy\)\s+return;\s+failures\.passed\(record\);/, 'failures.passed(record);'],
    ],
  },
};

export function plant(name) {
  const patches = defects[name];
  if (!patches) throw new Error(`there is no defect ${name}`);
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      const file = Object.keys(patches).find((each) => url.endsWith(`/dist/src/${each}`));
      if (!file) return loaded;
      let source = loaded.source.toString();
      for (const [old, planted] of patches[file]) {
        if (source.split(old).length !== 2) throw new Error(`${file} does not hold ${old} once`);
        source = source.replace(old, planted);
      }
      return { ...loaded, source };
    },
  });
}
