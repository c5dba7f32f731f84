/** The folder in which a command was typed: npm runs scripts in the project's folder and sets INIT_CWD. */
export function callerFolder(): string {
  return process.env['INIT_CWD'] ?? process.cwd();
}
