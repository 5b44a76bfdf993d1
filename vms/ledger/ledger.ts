import {appendFileSync, closeSync, fsyncSync, openSync, renameSync, writeFileSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {PlumblineError} from '../errors.ts';
import {makeKeptFolder} from '../kept-folder.ts';
import {identify} from '../processes.ts';
import {stateFolder} from '../state.ts';
import {ledgerEntry, type LedgerEntry, type LedgerLine} from './ledger-entry.ts';

/**
 * The list of what a run makes on this host, on disk before the thing exists, so that it can be undone after any kind of end.
 * One JSON object a line; the first names the process that owns the run.
 */
export class Ledger implements AsyncDisposable {
  readonly #file: string;
  readonly #open = new Set<string>();
  #kept = false;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Starts the ledger of a run owned by this process. */
  static async start(runId: string): Promise<Ledger> {
    const folder = ledgerFolder();
    await makeKeptFolder(folder, 'XDG_STATE_HOME');
    const file = join(folder, `${runId}.jsonl`);
    const owner: LedgerLine = {
      type: 'owner',
      runId,
      process: await identify(process.pid),
      startedAt: new Date().toISOString(),
    };
    // Never there without its owner: a sweep that runs at this moment would take it for a dead run's.
    writeFileSync(`${file}.new`, `${JSON.stringify(owner)}\n`, {mode: 0o600});
    renameSync(`${file}.new`, file);
    return new Ledger(file);
  }

  /** Notes something that is about to be made. Returns once it is on disk. Throws for what a sweep would not read back, and so would leave. */
  record(entry: LedgerEntry): void {
    if (!ledgerEntry.safeParse(entry).success) {
      throw new PlumblineError('harness', `Cannot note the ${entry.kind} "${entry.path}": no sweep would take it away`);
    }
    this.#append({type: 'made', entry});
    this.#open.add(JSON.stringify(entry));
  }

  /** Notes that something recorded before is gone. */
  settle(entry: LedgerEntry): void {
    this.#append({type: 'gone', entry});
    this.#open.delete(JSON.stringify(entry));
  }

  /** Notes that the machine of this id needs these entries of the cache, each given by its content; the function returned notes that it is gone. */
  recordUse(machine: string, contents: readonly string[]): () => void {
    const entries = contents.map((content): LedgerEntry => ({kind: 'cache-entry', path: dirname(content), machine}));
    for (const entry of entries) this.record(entry);
    return () => {
      for (const entry of entries) this.settle(entry);
    };
  }

  /** Whether {@link Ledger.keep} was called. */
  get isKept(): boolean {
    return this.#kept;
  }

  /** Marks what the ledger lists as kept on purpose: later runs leave it alone, an explicit sweep does not. */
  keep(): void {
    this.#kept = true;
    this.#append({type: 'kept'});
  }

  /** Removes the ledger when nothing it lists is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#open.size === 0 && !this.#kept) {
      await rm(this.#file, {force: true});
    }
  }

  #append(line: LedgerLine): void {
    const file = openSync(this.#file, 'a', 0o600);
    try {
      // In a line of its own also where a disk that was full took only half of the last one.
      appendFileSync(file, `\n${JSON.stringify(line)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

/** Where the ledgers of this user's runs are. */
export const ledgerFolder = (): string => stateFolder('ledger');
