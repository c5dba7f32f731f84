/**
 * Type-checks the scripts that are plain JavaScript (`tsconfig.scripts.json`). They import the build; each such import is
 * checked against its source, so that the result does not depend on when `dist` was built.
 */
import path from 'node:path';
import ts from 'typescript';
import { root } from '../run/root.mjs';

/** The types that TypeScript infers for plain JavaScript are too wide to be assigned: literals are strings, objects open. */
const NOT_ASSIGNABLE = new Set([2322, 2345, 2741, 2769]);

const dist = path.join(root, 'dist') + path.sep;

/** The import of a build's file, as an import of its source; any other import unchanged. */
function toSource(specifier, importer) {
  const target = path.resolve(path.dirname(importer), specifier);
  return specifier.startsWith('.') && target.startsWith(dist)
    ? root + path.sep + target.slice(dist.length)
    : specifier;
}

const { config } = ts.readConfigFile(path.join(root, 'tsconfig.scripts.json'), ts.sys.readFile);
const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const host = ts.createCompilerHost(options);
host.resolveModuleNameLiterals = (literals, importer, redirected, _options, file) =>
  literals.map((literal) =>
    ts.resolveModuleName(
      toSource(literal.text, importer),
      importer,
      options,
      host,
      undefined,
      redirected,
      ts.getModeForUsageLocation(file, literal, options),
    ),
  );
const program = ts.createProgram({ rootNames: fileNames, options, host });
const scripts = program
  .getSourceFiles()
  .filter(({ fileName }) => fileName.endsWith('.mjs') && !fileName.includes('/node_modules/'));
const found = [...errors, ...scripts.flatMap((script) => ts.getPreEmitDiagnostics(program, script))].filter(
  ({ code }) => !NOT_ASSIGNABLE.has(code),
);
process.stderr.write(
  ts.formatDiagnostics(found, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  }),
);
process.exitCode = found.length > 0 ? 1 : 0;
