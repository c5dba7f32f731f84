import { type Change, NEW, type Upgrade } from './upgrade.js';

/** What is said about each action, in the order of the summary. */
const MEANING: Readonly<Record<Change['action'], string>> = {
  added: 'new in the template',
  replaced: 'replaced: nobody had changed them',
  removed: 'removed: no longer in the template, and nobody had changed them',
  deleted: 'changed in the template, but you deleted them: they stay deleted',
  dropped: 'no longer in the template, but you changed them: they stay. Delete them if you do not need them',
  conflict: `changed by you and in the template: merge each FILE${NEW} into its FILE, then delete it`,
};

/** What an upgrade did, for people. */
export function summaryOf({ from, to, changes }: Upgrade, dryRun: boolean): string {
  const sections = Object.entries(MEANING).flatMap(([action, meaning]) => {
    const files = changes.filter((change) => change.action === action).map(({ path }) => `  ${path}`);
    return files.length === 0 ? [] : [`${meaning}:\n${files.toSorted().join('\n')}`];
  });
  const versions = from === to ? `version ${to}` : `version ${from} to ${to}`;
  const head = `Template ${versions}${dryRun ? ' (dry run: nothing was written)' : ''}`;
  return [head, ...(sections.length === 0 ? ['No file has changed.'] : sections)].join('\n\n');
}
