/** The code that is removed from each file of the service, so that a part of its telemetry does not exist. */
const parts = {
  metrics: [
    ['/pipeline/dispatch/call-results.js', /this\.parts\.counts\.calls\.add\(.*\);/, ''],
    ['/app.module.js', / MetricsModule,/, ''],
  ],
  context: [
    ['/transport/handlers/invocation/handler-call.js', /return calls\.run\(.*\);/, 'return run(call.first);'],
  ],
};

/** Removes metrics, the context of log lines, or both from the service. */
export class Cuts {
  /** @type {[string, RegExp, string][]} */
  #cuts;
  #left;

  /** @param {readonly ('metrics' | 'context')[]} without */
  constructor(without) {
    this.#cuts = without.flatMap((part) => parts[part]);
    this.#left = new Set(this.#cuts);
  }

  /** @throws if the file does not contain the code to remove */
  apply(file, source) {
    const cut = this.#cuts.find(([end]) => file.endsWith(`/dist/src${end}`));
    if (!cut) return source;
    const [, pattern, replacement] = cut;
    if (!pattern.test(source)) throw new Error(`${file} has nothing of ${pattern} to be cut out`);
    this.#left.delete(cut);
    return source.replace(pattern, replacement);
  }

  /** @throws if a file was not found */
  checkAllMade() {
    for (const [file] of this.#left) throw new Error(`there is no ${file} to cut telemetry out of`);
  }
}
