import {walkthrough} from '../harness/scenario/scenario.ts';
import {MARKS} from './one-shot.ts';
import {scratchFolder} from './scratch-folder.ts';
import {nginx} from './workloads/nginx.ts';

walkthrough('SIGINT to a docker client at a terminal', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'this is about the docker client', runc: 'this is about the docker client'},
  steps: async ({machine, step, eventually, record, defer}) => {
    const name = 'plumbline-terminal';
    const folder = await scratchFolder({machine, defer}, 'terminal');
    const client = await step('run a container at a terminal', async () => {
      // script(1) makes the terminal. No quotes: it hands the line to a shell.
      await machine.put(`${folder}/init`, `trap 'exit 7' INT\ntouch ${MARKS}/ready\nwhile :; do sleep 0.05; done\n`);
      const run = `docker run --interactive --tty --rm --name ${name} --volume ${folder}:${MARKS} ${nginx.image.name} sh ${MARKS}/init`;
      const command = machine.spawn(['script', '-qec', `echo $$ >${folder}/pid; exec ${run}`, '/dev/null']);
      defer(() => command.ended);
      defer(() => machine.exec(['docker', 'rm', '--force', name]));
      const isReady = async () => (await machine.exec(['test', '-e', `${folder}/ready`])).exitCode;
      await eventually(isReady, {withinMs: 20_000}).toBe(0);
      return command;
    });
    await step('interrupt the client', async () => {
      await machine.succeed(['sh', '-c', `kill -INT "$(cat ${folder}/pid)"`]);
      // A client that ends by itself ends with 1, and leaves the container to itself: https://github.com/docker/cli/issues/3801
      record('lifecycle.client.interruptedAtTerminal', (await client.ended).exitCode ?? null);
    });
  },
});
