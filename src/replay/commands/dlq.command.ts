import type { Command } from 'commander';
import { addListCommand } from './list.command.js';
import { addParkedCommands } from './parked.command.js';
import { addPurgeCommand } from './purge.command.js';
import { addReplayCommand } from './replay.command.js';
import { addShowCommand } from './show.command.js';
import type { ModuleLoader } from './session.js';

/** Adds `dlq` and its commands to a program. */
export function addDlqCommands(program: Command, loadModule: ModuleLoader): void {
  const dlq = program.command('dlq').description('looks at dead letters, and sends them back');
  addListCommand(dlq, loadModule);
  addShowCommand(dlq, loadModule);
  addReplayCommand(dlq, loadModule);
  addPurgeCommand(dlq, loadModule);
  addParkedCommands(dlq, loadModule);
}
