import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Checks that a bill of materials is in CycloneDX format and names every installed package, with its
 * version, licence and origin.
 *
 * @param {string} file the bill of materials
 * @param {string} modules the node_modules that it describes
 * @returns {number} the number of packages that it names
 */
export function checkSbom(file, modules) {
  const { bomFormat, specVersion, components } = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(bomFormat, 'CycloneDX');
  assert.match(specVersion, /^1\.\d+$/);
  const named = new Map(components.map((component) => [`${component.name}@${component.version}`, component]));
  for (const name of installed(modules)) {
    const component = named.get(name);
    assert.ok(component, `the bill of materials does not name ${name}`);
    assert.ok(component.licenses?.length > 0, `the bill of materials has no licence for ${name}`);
    assert.match(component.purl, /^pkg:npm\//, `the bill of materials does not say where ${name} is from`);
  }
  return components.length;
}

/** Every package of a node_modules, including nested ones, as `name@version`. */
function installed(modules) {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((entry) => !entry.startsWith('.'))
    .flatMap((entry) =>
      entry.startsWith('@') ? readdirSync(join(modules, entry)).map((name) => join(entry, name)) : [entry],
    )
    .flatMap((entry) => {
      const { name, version } = JSON.parse(readFileSync(join(modules, entry, 'package.json'), 'utf8'));
      return [`${name}@${version}`, ...installed(join(modules, entry, 'node_modules'))];
    });
}
