import path from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../project.js';

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  skipDefaultLibCheck: true,
  types: ['node'],
  typeRoots: [path.join(projectRoot, 'node_modules/@types')],
};

/**
 * Checks the declaration files of a package as an application with `skipLibCheck: false` does: `files` and everything
 * that they import. `stripInternal` removes declarations, but not the exports that name them.
 *
 * @returns a line for each error; empty if there is none
 */
export function declarationErrors(files: readonly string[]): string[] {
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(files, OPTIONS));
  return diagnostics.map((diagnostic) =>
    ts
      .formatDiagnostic(diagnostic, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => projectRoot,
        getNewLine: () => '\n',
      })
      .trimEnd(),
  );
}
