/**
 * Defects for the harness to find: with RELIABILITY_DEFECT the built service is loaded with one of them in it. Each
 * replaces text that stands exactly once in a file, or the process ends: a defect that is not there proves nothing.
 */
import { registerHooks } from 'node:module';

const defects = {
  /** Settles a record before its handler is called. */
  'early-commit': {
    'pipeline/dispatch/record-dispatcher.js': [
      [
        'const result = this.handler.invoke(record);',
        'this.events.confirmed([record]); const result = this.handler.invoke(record);',
      ],
    ],
  },
  /** Takes a failed call for a success. */
  'swallowed-error': {
    'pipeline/dispatch/record-dispatcher.js': [
      [/catch \(error\) \{\s+this\.#failed\(record, error\);\s+this\.pump\(\);\s+return;\s+\}/, 'catch {}'],
    ],
  },
  /** Gives every record a lane of its own, whatever its key. */
  'no-lanes': {
    'pipeline/partition.js': [
      [
        "case 'key':\n                return keyNameOf({ key });",
        "case 'key':\n                return undefined;",
      ],
    ],
  },
  /** Goes on settling and committing what a partition had in flight when it was lost. */
  'commit-after-loss': {
    'pipeline/partition.js': [
      ['this.parts.committer.remove(this, reason);', ''],
      [
        /if \(this\.#closed\)\s+return;\s+this\.#failures\.passed\(record\);/,
        'this.#failures.passed(record);',
      ],
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
