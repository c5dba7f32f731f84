/** V8's names for time outside of functions. */
const idle = '(idle)';

/** The functions with the most self time, and the time of each part of the program, as text. */
export function topOf(profile, count = 30) {
  const { functions, parts, busyMs } = selfTimes(profile);
  const percent = (ms) => `${((100 * ms) / busyMs).toFixed(1).padStart(5)} %`;
  const line = ([name, ms]) => `${percent(ms)}  ${ms.toFixed(0).padStart(6)} ms  ${name}`;
  return [
    `${busyMs.toFixed(0)} ms busy; by part:`,
    ...ranked(parts).map(line),
    'by function, self time:',
    ...ranked(functions).slice(0, count).map(line),
  ].join('\n');
}

function selfTimes({ nodes, samples, timeDeltas }) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map();
  const parts = new Map();
  let busyMs = 0;
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame.functionName === idle) continue;
    const ms = (timeDeltas[index + 1] ?? 0) / 1000;
    busyMs += ms;
    add(functions, nameOf(frame), ms);
    add(parts, partOf(frame), ms);
  }
  return { functions, parts, busyMs };
}

function add(times, name, ms) {
  times.set(name, (times.get(name) ?? 0) + ms);
}

function ranked(times) {
  return [...times].toSorted(([, a], [, b]) => b - a);
}

function nameOf({ functionName, url, lineNumber }) {
  const file = url.replace(/^.*\/(?=node_modules\/|dist\/|benchmarks\/)/, '').replace('node_modules/', '');
  return `${functionName || '(anonymous)'}${file ? `  ${file}:${lineNumber + 1}` : ''}`;
}

function partOf({ functionName, url }) {
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (dependency) return dependency;
  if (url.includes('/dist/src/')) return `the service: ${/\/dist\/src\/([^/]+)/.exec(url)[1]}`;
  if (url.includes('/benchmarks/')) return 'the benchmark';
  if (url.startsWith('node:')) return 'node';
  return functionName === '(garbage collector)' ? functionName : 'V8 and native';
}
