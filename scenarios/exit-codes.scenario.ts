import {untilWhole} from '../harness/levels/whole-output.ts';
import type {ExecResult, ScenarioContext} from '../harness/scenario/definition.ts';
import {scenario, walkthrough} from '../harness/scenario/scenario.ts';
import {MARKS, oneShot} from './one-shot.ts';
import {scratchFolder} from './scratch-folder.ts';
import {nginx} from './workloads/nginx.ts';

// Scripts act on exit codes and grep error texts. A code that is the runtime's own (the command could not be started) is told from one
// of the command by its number alone: https://docs.docker.com/reference/cli/docker/container/run/#exit-status

const everywhere = {docker: ['published'], ctr: ['isolated'], runc: ['netns']} as const;

scenario('exit codes of what can not be started', {
  workload: nginx,
  at: everywhere,
  check: async (context) => {
    const {running, level, step, expect} = context;
    const containers = await oneShot(context);
    await containers.program('bad-interpreter', '#!/absent\n');
    await containers.program('no-program', 'just text\n', 0o644);
    await step('a code of its own comes through', async () => {
      expect((await containers.run('plumbline-37', ['sh', '-c', 'exit 37'])).exitCode).toBe(37);
      expect((await running.exec(['sh', '-c', 'exit 37'])).exitCode).toBe(37);
    });
    for (const [name, program] of [
      ['missing', '/absent'],
      ['directory', '/tmp'],
      ['notExecutable', `${MARKS}/no-program`],
      ['badInterpreter', `${MARKS}/bad-interpreter`],
    ] as const) {
      await step(`a program that is a ${name}`, async () => {
        const result = await containers.run(`plumbline-${name.toLowerCase()}`, [program]);
        expect(result.exitCode).not.toBe(0);
        recordRefusal(context, `run.${name}`, result);
        if (level === 'docker' && name !== 'badInterpreter') {
          expect(result.exitCode).toBe(name === 'missing' ? 127 : 126);
        }
      });
    }
    for (const [name, program] of [
      ['missing', '/absent'],
      ['directory', '/tmp'],
    ] as const) {
      await step(`beside it, a program that is a ${name}`, async () => {
        const result = await running.exec([program]);
        expect(result.exitCode).not.toBe(0);
        recordRefusal(context, `exec.${name}`, result);
      });
    }
  },
});

scenario('exit codes of what a signal ends', {
  workload: nginx,
  at: everywhere,
  check: async (context) => {
    const {step, expect, level, machine} = context;
    const containers = await oneShot(context);
    const waiting = (signal: string, code: number): string[] => [
      'sh',
      '-c',
      `trap 'exit ${code}' ${signal}; touch ${MARKS}/ready; while :; do sleep 0.05; done`,
    ];
    await step('SIGTERM, which it handles', async () => {
      const command = await containers.begin('plumbline-term', waiting('TERM', 7));
      await containers.kill('plumbline-term', 'SIGTERM');
      expect((await command.ended).exitCode).toBe(7);
    });
    await step('SIGKILL', async () => {
      const command = await containers.begin('plumbline-kill', waiting('TERM', 7));
      await containers.kill('plumbline-kill', 'SIGKILL');
      expect((await command.ended).exitCode).toBe(137);
    });
    if (level === 'docker') {
      await step('docker stop, which loses patience', async () => {
        const command = await containers.begin('plumbline-stop', ['sh', '-c', `touch ${MARKS}/ready; sleep 60`]);
        await machine.succeed(['docker', 'stop', '--time', '1', 'plumbline-stop']);
        expect((await command.ended).exitCode).toBe(137);
      });
    }
  },
});

scenario('no output is lost', {
  workload: nginx,
  at: everywhere,
  check: async (context) => {
    const {level, step, expect, record, tally} = context;
    const containers = await oneShot(context);
    const print = async (id: string, argv: readonly string[], whole: string): Promise<string> => {
      const {result, lost} = await untilWhole(
        () => containers.run(id, argv),
        ({stdout}) => stdout === whole,
      );
      // ctr loses output now and then on a busy host, which makes it a rate there.
      if (level === 'ctr') tally('lifecycle.run.outputLost', lost.hits, lost.of);
      else expect(lost.hits, 'how often output was lost').toBe(0);
      expect(result.exitCode).toBe(0);
      return result.stdout;
    };
    await step('3000 lines of a container that ends at once', async () => {
      const script = 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done';
      const whole = Array.from({length: 3000}, (_, index) => `line ${index}\n`).join('');
      const lines = (await print('plumbline-lines', ['sh', '-c', script], whole)).trimEnd().split('\n');
      expect(lines.length).toBe(3000);
      expect(lines.at(-1)).toBe('line 2999');
      record('lifecycle.output.lines', lines.length);
    });
    await step('five containers that end at once', async () => {
      for (let index = 0; index < 5; index += 1) {
        expect(await print(`plumbline-quick-${index}`, ['echo', 'here'], 'here\n')).toBe('here\n');
      }
    });
  },
});

walkthrough('what the docker client makes of refusals and signals', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'this is about the docker client', runc: 'this is about the docker client'},
  steps: async (context) => {
    const {machine, step, expect, eventually, record, defer} = context;
    const image = nginx.image.name;
    const refusals: readonly (readonly [name: string, argv: readonly string[], code: number | undefined])[] = [
      ['unknownImage', ['docker', 'run', '--rm', 'library/absent:latest', 'true'], 125],
      ['unknownUser', ['docker', 'run', '--rm', '--user', 'stranger', image, 'true'], undefined],
      ['userTooLarge', ['docker', 'run', '--rm', '--user', '4294967296', image, 'true'], undefined],
      ['unknownFlag', ['docker', 'run', '--rm', '--absent', image, 'true'], 125],
      ['unknownCapability', ['docker', 'run', '--rm', '--cap-add', 'ABSENT', image, 'true'], 125],
    ];
    for (const [name, argv, code] of refusals) {
      await step(name, async () => {
        const result = await machine.exec(argv);
        expect(result.exitCode).not.toBe(0);
        if (code !== undefined) {
          expect(result.exitCode).toBe(code);
        }
        recordRefusal(context, name, result);
      });
    }
    await step('SIGINT to a client that is attached', async () => {
      const script = `trap 'exit 7' INT; trap 'exit 8' TERM; touch ${MARKS}/ready; while :; do sleep 0.05; done`;
      const folder = await scratchFolder({machine, defer}, 'marks');
      const client = machine.spawn([
        'sh',
        '-c',
        'echo $$ >"$0/pid"; exec "$@"',
        folder,
        'docker',
        'run',
        '--rm',
        '--name',
        'plumbline-int',
        '--volume',
        `${folder}:${MARKS}`,
        image,
        'sh',
        '-c',
        script,
      ]);
      defer(() => client.ended);
      defer(() => machine.exec(['docker', 'rm', '--force', 'plumbline-int']));
      const isReady = async () => (await machine.exec(['test', '-e', `${folder}/ready`])).exitCode;
      await eventually(isReady, {withinMs: 20_000}).toBe(0);
      await machine.succeed(['sh', '-c', `kill -INT "$(cat ${folder}/pid)"`]);
      record('lifecycle.client.interrupted', (await client.ended).exitCode ?? null);
    });
    await step('in which order a failing container is told about', async () => {
      const now = async () => (await machine.succeed(['date', '+%s.%N'])).trim();
      const since = await now();
      await machine.exec(['docker', 'run', '--rm', '--name', 'plumbline-event', image, 'false']);
      const events = async () => {
        const format = ['--format', '{{.Type}} {{.Action}}'];
        return (await machine.succeed(['docker', 'events', '--since', since, '--until', await now(), ...format]))
          .trim()
          .split('\n');
      };
      await eventually(events).toContain('container destroy');
      const order = await events();
      expect(order).toContain('network disconnect');
      expect(order).toContain('container die');
      record(
        'lifecycle.events.networkGoneBeforeDeath',
        order.indexOf('network disconnect') < order.indexOf('container die'),
      );
    });
  },
});

/** Records with which exit code something was refused and in which words, without what is different each time. */
const recordRefusal = (
  {record}: Pick<ScenarioContext, 'record'>,
  name: string,
  {exitCode, stderr}: ExecResult,
): void => {
  record(`lifecycle.exitCode.${name}`, exitCode ?? null);
  const words = stderr
    .split('\n')
    // Whether the client of docker 20.10 still waits when it is refused depends on who is faster.
    .filter((line) => line.trim() !== '' && !line.includes('error waiting for container'))
    .map((line) => line.replace(/time="[^"]*" /, '').replaceAll(/\b[0-9a-f]{12}\b/g, '{id}'));
  record(`surface.refusal.${name}`, words);
};
