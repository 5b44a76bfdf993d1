import {ociRuntimeFlags} from '../harness/levels/ctr.ts';
import {walkthrough} from '../harness/scenario/scenario.ts';
import {exportRootfs, FOLDER, LOG, makeNetwork, runUntilItFails, statusOf, writeConfig} from './walkthrough/bundle.ts';
import {nginx} from './workloads/nginx.ts';

// The commands of a well-known walk through the container stack, as printed there and as meant. Where the two differ the outcome
// of the printed form is asserted too: if an upgrade changed it, that would be news.

/** What a runtime says of a name that is taken: the whole sentence of runc, and of others what they all say. */
const nameIsTaken = (runc: string): string =>
  runc === 'runc' ? 'container with given ID already exists' : 'already exists';

walkthrough('docker run, as printed', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  steps: async ({machine, step, defer, expect, eventually}) => {
    const server = await step('docker run --rm -p 8080:80 nginx', async () =>
      machine.spawn(['docker', 'run', '--rm', '-p', '8080:80', 'nginx']),
    );
    defer(() => server.ended);
    defer(async () => machine.succeed(['sh', '-c', 'docker stop $(docker ps --quiet)']));
    await step('curl http://localhost:8080', async () => {
      await eventually(() => statusOf({machine}, 'http://localhost:8080')).toBe(200);
      expect(await machine.succeed(['curl', '--silent', 'http://localhost:8080'])).toContain('Welcome to nginx!');
    });
  },
});

walkthrough('ctr run, as printed', {
  workload: nginx,
  level: 'ctr',
  network: 'isolated',
  steps: async ({machine, runc, step, defer, expect, eventually}) => {
    await step('ctr images pull docker.io/library/nginx:latest', () =>
      machine.succeed(['ctr', 'images', 'pull', 'docker.io/library/nginx:latest']),
    );
    const server = await step('ctr run --rm docker.io/library/nginx:latest nginx', async () =>
      machine.spawn(['ctr', 'run', '--rm', ...ociRuntimeFlags(runc), 'docker.io/library/nginx:latest', 'nginx']),
    );
    defer(() => server.ended);
    defer(() => machine.succeed(['ctr', 'tasks', 'kill', '--signal', 'SIGKILL', 'nginx']));
    const pid = await step('lsns | grep nginx: five namespaces of its own', async () => {
      const namespaces = async () =>
        (await machine.succeed(['lsns', '--noheadings', '--raw', '--output', 'TYPE,PID,COMMAND']))
          .split('\n')
          .filter((line) => line.includes('nginx:'));
      await eventually(async () => (await namespaces()).length).toBe(5);
      const lines = (await namespaces()).map((line) => line.split(' '));
      expect(lines.map(([type]) => type).toSorted()).toEqual(['ipc', 'mnt', 'net', 'pid', 'uts']);
      return lines[0]?.[1] ?? '';
    });
    await step('nsenter --target PID -n ip addr show: only lo', async () => {
      const links = JSON.parse(
        await machine.succeed(['nsenter', '--target', pid, '-n', 'ip', '-json', 'addr', 'show']),
      ) as {ifname: string}[];
      expect(links.map(({ifname}) => ifname)).toEqual(['lo']);
    });
    await step('it answers inside, and nothing answers outside', async () => {
      await machine.succeed(['nsenter', '--target', pid, '-n', 'curl', '--silent', '--fail', 'http://127.0.0.1:80']);
      expect(await statusOf({machine}, 'http://127.0.0.1:80')).toBe(0);
    });
  },
});

walkthrough('runc run, as printed', {
  workload: nginx,
  level: 'runc',
  network: 'netns',
  steps: async (context) => {
    const {machine, runc, step, defer, expect} = context;
    await exportRootfs(context, ['docker', 'create', 'nginx', '--name', 'mynginx']);
    await writeConfig(context, 'as printed');
    await makeNetwork(context);
    await step('runc create nginx, then runc run nginx: the name is taken', async () => {
      await machine.succeed(['sh', '-c', 'cd "$1" && exec "$3" create nginx >"$2" 2>&1', 'sh', FOLDER, LOG, runc]);
      defer(() => machine.exec([runc, 'delete', '--force', 'nginx']));
      expect(await runUntilItFails(context)).toContain(nameIsTaken(runc));
      await machine.succeed([runc, 'delete', '--force', 'nginx']);
    });
    await step("as uid 1000 on root's files: no folder can be made", async () => {
      expect(await runUntilItFails(context)).toMatch(/mkdir\(\) "\/var\/.*" failed \(13: Permission denied\)/);
    });
    await step('with files of its own: port 80 is refused, the ambient capability counts for nothing', async () => {
      await machine.succeed(['chown', '-R', '1000:1000', `${FOLDER}/rootfs`]);
      expect(await runUntilItFails(context)).toContain('bind() to 0.0.0.0:80 failed (13: Permission denied)');
    });
    await step('curl http://192.168.10.1:8080: nothing listens there', async () => {
      expect(await statusOf(context, 'http://192.168.10.1:8080')).toBe(0);
    });
  },
});

walkthrough('runc create and start, as meant', {
  workload: nginx,
  level: 'runc',
  network: 'netns',
  steps: async (context) => {
    const {machine, runc, step, defer, expect, eventually} = context;
    await exportRootfs(context, ['docker', 'create', '--name', 'mynginx', 'nginx']);
    await step('listen on 8080, with files of its own', async () => {
      await machine.succeed([
        'sed',
        '-i',
        's/listen 80;/listen 8080;/',
        `${FOLDER}/rootfs/etc/nginx/conf.d/default.conf`,
      ]);
      await machine.succeed(['chown', '-R', '1000:1000', `${FOLDER}/rootfs`]);
    });
    await writeConfig(context, 'as meant');
    await makeNetwork(context);
    await step('runc create nginx --bundle .', async () => {
      await machine.succeed([
        'sh',
        '-c',
        'cd "$1" && exec "$3" create nginx --bundle . >"$2" 2>&1',
        'sh',
        FOLDER,
        LOG,
        runc,
      ]);
      defer(() => machine.succeed([runc, 'delete', '--force', 'nginx']));
    });
    await step('runc start nginx', () => machine.succeed([runc, 'start', 'nginx']));
    await step('curl http://192.168.10.1:8080, from the machine and inside', async () => {
      await eventually(() => statusOf(context, 'http://192.168.10.1:8080')).toBe(200);
      expect(await statusOf(context, 'http://127.0.0.1:8080', 'inside')).toBe(200);
    });
  },
});
