import type { Command } from 'commander';
import { addListCommand } from './list.command.js';
import { addParkedCommands } from './parked.command.js';
import { addPurgeCommand } from './purge.command.js';
import { addReplayCommand } from './replay.command.js';
import { addShowCommand } from './show.command.js';
import type { ModuleLoader, SessionSource } from './session.js';

/** Adds `dlq` and its commands to a program. */
export function addDlqCommands(program: Command, loadModule: ModuleLoader): void {
  const dlq = program
    .command('dlq')
    .description('lists, shows, replays and deletes dead letters, and releases parked keys')
    .option('--brokers <list>', 'host:port, several separated by commas; default: KAFKA_BROKERS');
  const source: SessionSource = { loadModule, brokers: () => dlq.opts<{ brokers?: string }>().brokers };
  addListCommand(dlq, source);
  addShowCommand(dlq, source);
  addReplayCommand(dlq, source);
  addPurgeCommand(dlq, source);
  addParkedCommands(dlq, source);
}
