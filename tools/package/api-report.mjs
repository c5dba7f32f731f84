/**
 * Compares the public API of the built package with the reports in `etc/`: `node tools/package/api-report.mjs TOOLS
 * [--update]`. TOOLS is the folder that api-extractor is installed in; `--update` writes the reports.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../run/root.mjs';

const [tools, update] = process.argv.slice(2);
const load = createRequire(path.join(tools, 'package.json'));
const { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } = load('@microsoft/api-extractor');

const folder = path.join(root, 'packages/nestjs-kafka-transport');
const packageJsonFullPath = path.join(folder, 'package.json');
const { exports } = JSON.parse(readFileSync(packageJsonFullPath, 'utf8'));
const entries = Object.entries(exports).flatMap(([name, { types }]) => (types ? [{ name, types }] : []));

const configs = entries.map(({ name, types }) =>
  ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: path.join(folder, types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            moduleResolution: 'nodenext',
            target: 'es2023',
            lib: ['es2023'],
            types: ['node'],
            skipLibCheck: true,
          },
          files: entries.map((entry) => path.join(folder, entry.types)),
        },
        skipLibCheck: true,
      },
      apiReport: {
        enabled: true,
        reportFileName: `${reportOf(name)}.api.md`,
        reportFolder: path.join(folder, 'etc'),
        reportTempFolder: path.join(folder, 'dist/api-reports'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.None },
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.Error, addToApiReportFile: false },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: path.join(folder, 'api-extractor.json'),
    packageJsonFullPath,
  }),
);

const compilerState = CompilerState.create(configs[0]);
const failed = configs.filter((config) => {
  const { succeeded } = Extractor.invoke(config, { compilerState, localBuild: update === '--update' });
  return !succeeded;
});
process.exitCode = failed.length > 0 ? 1 : 0;

/** `.` is `index`, `./service/module` is `service-module`. */
function reportOf(name) {
  return name === '.' ? 'index' : name.slice(2).replaceAll('/', '-');
}
