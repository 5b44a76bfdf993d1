import {ociRuntimeFlags} from '../harness/levels/ctr.ts';
import type {ExecResult, RunningCommand, ScenarioContext} from '../harness/scenario/definition.ts';
import {Bundle} from './bundle.ts';
import {scratchFolder} from './scratch-folder.ts';

/** Where a container says how far it has come, by making files. */
export const MARKS = '/marks';

/** Runs commands of the workload's image to their end, each in a container of its own, in the way of a level. */
export interface OneShot {
  /** Runs a command; the exit code is that of the runtime's client. */
  run(id: string, argv: readonly string[]): Promise<ExecResult>;
  /** Starts a command, and waits until it has made the file `ready` in {@link MARKS}. */
  begin(id: string, argv: readonly string[]): Promise<RunningCommand>;
  /** Sends a signal to the init of one that runs. */
  kill(id: string, signal: string): Promise<void>;
  /** Writes a program that the containers find in {@link MARKS}. */
  program(name: string, content: string, mode?: number): Promise<void>;
}

/** One-shot containers at the level of a scenario. */
export const oneShot = async (context: ScenarioContext): Promise<OneShot> => {
  const {machine, defer, eventually} = context;
  const folder = await scratchFolder(context, 'marks');
  const {argvOf, killArgv} = await commandsAt(context, folder);
  return {
    run: async (id, argv) => machine.exec(await argvOf(id, argv)),
    begin: async (id, argv) => {
      await machine.succeed(['rm', '-f', `${folder}/ready`]);
      const command = machine.spawn(await argvOf(id, argv));
      defer(() => command.ended);
      defer(() => machine.exec(killArgv(id, 'SIGKILL')));
      await eventually(async () => (await machine.exec(['test', '-e', `${folder}/ready`])).exitCode, {
        withinMs: 20_000,
      }).toBe(0);
      return command;
    },
    kill: async (id, signal) => void (await machine.succeed(killArgv(id, signal))),
    program: (name, content, mode = 0o755) => machine.put(`${folder}/${name}`, content, mode),
  };
};

interface Commands {
  readonly argvOf: (id: string, argv: readonly string[]) => Promise<string[]>;
  readonly killArgv: (id: string, signal: string) => string[];
}

/** `folder` of the machine is what every container finds at {@link MARKS}. */
const commandsAt = async (context: ScenarioContext, folder: string): Promise<Commands> => {
  const {level, workload, runc} = context;
  const image = workload.image.name;
  switch (level) {
    case 'docker':
      return {
        argvOf: (id, argv) =>
          Promise.resolve(['docker', 'run', '--rm', '--name', id, '--volume', `${folder}:${MARKS}`, image, ...argv]),
        killArgv: (id, signal) => ['docker', 'kill', '--signal', signal, id],
      };
    case 'ctr':
      return {
        argvOf: (id, argv) =>
          Promise.resolve([
            'ctr',
            'run',
            '--rm',
            ...ociRuntimeFlags(runc),
            '--mount',
            `type=bind,src=${folder},dst=${MARKS},options=rbind`,
            image,
            id,
            ...argv,
          ]),
        killArgv: (id, signal) => ['ctr', 'tasks', 'kill', '--signal', signal, id],
      };
    case 'runc': {
      const bundle = await Bundle.make(context);
      return {
        argvOf: async (id, argv) => {
          await bundle.write(argv, (spec) => {
            spec.mounts.push({destination: MARKS, type: 'none', source: folder, options: ['rbind']});
          });
          return [runc, 'run', '--bundle', bundle.folder, id];
        },
        killArgv: (id, signal) => [runc, 'kill', id, signal],
      };
    }
  }
};
