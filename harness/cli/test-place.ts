import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {stateFolder} from '../../vms/state.ts';
import type {RunRecord} from '../report/run-record.ts';
import {readHostMounts} from '../teardown/host/mounts.ts';
import {readHostProcesses} from '../teardown/host/processes.ts';
import {takeHostInventory} from '../teardown/host-inventory.ts';
import {plumbline} from './plumbline-process.ts';
import {scenarioText} from './scenario-text.ts';

/** Virtual machines whose processor is emulated take their time, and so does all on a busy host. */
export const HOUR_MS = 3_600_000;

/** For tests: machines, ledgers, reports and scenario files of their own, beside those of the user; what was baked is shared. */
export class TestPlace implements AsyncDisposable {
  readonly folder: string;
  readonly #tools: ReturnType<typeof plumbline>[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<TestPlace> {
    // Where machines can live; and with a short path, since sockets are put there.
    const state = dirname(stateFolder());
    await mkdir(state, {recursive: true});
    return new TestPlace(await mkdtemp(join(state, 'pl-')));
  }

  /** Writes a scenario file and returns its path. */
  async scenario(name: string, statements: string): Promise<string> {
    return this.file(`${name}.scenario.ts`, scenarioText(statements), 0o644);
  }

  async file(name: string, content: string, mode: number): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content, {mode});
    return path;
  }

  /** Starts the tool with this place as its own; `env` is added to the environment. */
  start(argv: readonly string[], timeoutMs?: number, env: Readonly<Record<string, string>> = {}) {
    const tool = plumbline(argv, {...env, XDG_STATE_HOME: this.folder}, timeoutMs);
    this.#tools.push(tool);
    return tool;
  }

  /** Starts a run in sandboxes. */
  startRun(argv: readonly string[]) {
    return this.startRunIn('sandbox', argv);
  }

  /** Starts a run in machines of this provider. */
  startRunIn(provider: string, argv: readonly string[], timeoutMs = provider === 'sandbox' ? undefined : HOUR_MS) {
    return this.start(['run', '--machine', provider, '--reports', join(this.folder, 'reports'), ...argv], timeoutMs);
  }

  /** The records of every run that came to write one, the first run first. */
  async records(): Promise<RunRecord[]> {
    const texts = await Promise.all(
      (await this.#runIds()).map((id) =>
        readFile(join(this.folder, 'reports', id, 'run.json'), 'utf8').catch(() => ''),
      ),
    );
    return texts.filter((text) => text !== '').map((text) => JSON.parse(text) as RunRecord);
  }

  /** What the tool left on this host: processes, those included that it marked with no run, cgroups, mounts, folders, ledgers. */
  async leftovers(): Promise<string[]> {
    const marked = (await this.#runIds()).flatMap(
      (runId) => takeHostInventory({runId, names: [`plumbline-${runId}`], folders: []}).things,
    );
    const files = await Promise.all(
      ['runs', 'ledger'].map((part) => readdir(join(this.folder, 'plumbline', part)).catch(() => [])),
    );
    const {marked: processes} = readHostProcesses(`XDG_STATE_HOME=${this.folder}`);
    const mounts = readHostMounts({names: [], folders: [this.folder]});
    return [...new Set([...processes, ...marked, ...mounts].map(({detail}) => detail)), ...files.flat()];
  }

  /** Throws, and leaves the ledgers where they are, when a sweep can not remove all. */
  async [Symbol.asyncDispose](): Promise<void> {
    // A test that was given up may have left a run alive, which no sweep touches.
    for (const tool of this.#tools) {
      tool.kill();
    }
    await Promise.all(this.#tools);
    const {exitCode, stderr} = await this.start(['sweep']);
    if (exitCode !== 0) {
      throw new Error(`Cannot sweep "${this.folder}": ${stderr}`);
    }
    await rm(this.folder, {recursive: true, force: true});
  }

  async #runIds(): Promise<string[]> {
    const names = await readdir(join(this.folder, 'reports')).catch(() => []);
    return names.filter((name) => /^\d{8}-/.test(name)).sort();
  }
}
