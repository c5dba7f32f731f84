/** The pages of `docs/` for users of the package, which has no repository around it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run/root.mjs';

const FOR_CONTRIBUTORS = new Set(['architecture.md', 'hazards.md']);

/** Returns the text of each page by its name. A link to a file that is not among them becomes plain text. */
export function packagePages() {
  const folder = path.join(root, 'docs');
  const names = readdirSync(folder).filter((name) => name.endsWith('.md') && !FOR_CONTRIBUTORS.has(name));
  const isKept = (link) => /^(#|[a-z]+:)/.test(link) || names.includes(link.split('#', 1)[0]);
  return names.map((name) => {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const linked = text.replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, (all, title, link) =>
      isKept(link) ? all : title,
    );
    return [name, linked];
  });
}
