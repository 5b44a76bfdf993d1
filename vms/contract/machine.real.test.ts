import {once} from 'node:events';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {setTimeout} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {Client} from 'undici';
import {CommandError, PlumblineError} from '../errors.ts';
import type {Machine, OwnedMachine} from '../machine.ts';
import {providers} from '../providers.ts';
import {realMachines, type RealMachines} from './real-machines.ts';
import {tinyImage} from './tiny-image.ts';

const START_MS = 700_000;

const hostile = [
  '',
  ' ',
  "it's",
  '"quoted"',
  '$HOME `id` $(id) \\ !',
  'two\nlines\n',
  '*',
  '-n',
  '--',
  'a=b',
  'é 𝄞 \u{10FFFF}',
  '\u0001\u007F\t',
  "'".repeat(1000),
];

// Which providers are held to the contract is the test project's choice: see harness/vitest.config.ts.
const chosen = providers.filter(({name}) => process.env['PLUMBLINE_CONTRACT']?.split(',').includes(name));

const recipes = ['tiny', 'small'].map((name) => ({...tinyImage, name: `docker.io/library/${name}:latest`}));

describe.each(chosen)('a machine of $name', (provider) => {
  let machines: RealMachines;
  let owned: OwnedMachine;
  let machine: Machine;

  beforeAll(async () => {
    machines = await realMachines(provider, 'bookworm', new AbortController().signal, recipes);
    owned = await machines.start();
    // As another process would: what it knows of the machine is plain JSON.
    machine = provider.attach(JSON.parse(JSON.stringify(owned.reference)));
  }, START_MS);
  afterAll(async () => {
    await owned?.[Symbol.asyncDispose]();
    await machines?.[Symbol.asyncDispose]();
  });

  const budget = (): number => 60_000 * machine.traits.slowness;

  test('has the processors and the memory that it says', async () => {
    const {cpus, memoryBytes} = machine.traits;
    expect(Number(await machine.succeed(['nproc', '--all']))).toBe(cpus);
    const [, kibibytes] = /^MemTotal: +(\d+) kB$/m.exec(await machine.succeed(['cat', '/proc/meminfo'])) ?? [];
    const total = Number(kibibytes) * 1024;
    // The kernel keeps some for itself.
    expect(total).toBeLessThanOrEqual(memoryBytes);
    expect(total).toBeGreaterThan(0.8 * memoryBytes);
  });

  test('runs commands as root, and says what they printed and how they ended', async () => {
    const result = await machine.exec(['sh', '-c', 'id -u; echo err >&2; exit 7']);
    expect(result).toMatchObject({exitCode: 7, signal: undefined, stdout: '0\n', stderr: 'err\n'});
    expect(await machine.exec(['sh', '-c', 'exit 255'])).toMatchObject({exitCode: 255, signal: undefined, stderr: ''});
    expect(await machine.exec(['sh', '-c', 'kill -KILL $$'])).toMatchObject({exitCode: undefined, signal: 'SIGKILL'});
    // A real-time one, which has no name.
    expect(await machine.exec(['sh', '-c', 'kill -40 $$'])).toMatchObject({exitCode: undefined, signal: 'SIG40'});
    expect((await machine.exec(['no-such-program'])).exitCode).toBe(127);
  });

  test('succeed and fail assert', async () => {
    expect(await machine.succeed(['echo', 'yes'])).toBe('yes\n');
    await expect(machine.succeed(['false'])).rejects.toThrow(CommandError);
    await expect(machine.fail(['true'])).rejects.toThrow(CommandError);
  });

  test('hands over arguments as they are', async () => {
    expect(await machine.succeed(['printf', String.raw`%s\0`, ...hostile])).toBe(
      hostile.map((word) => `${word}\0`).join(''),
    );
  });

  test('hands over an argument of 100 kB', async () => {
    const long = "x'y\n *".repeat(17_000);
    expect(await machine.succeed(['printf', '%s', long])).toBe(long);
  });

  test('refuses an argument that no program can be given', async () => {
    await expect(machine.exec(['echo', 'a\0b'])).rejects.toThrow('an argument has a NUL in it');
  });

  test('keeps commands apart that run at once', async () => {
    const numbers = Array.from({length: 8}, (_, index) => String(index));
    const results = await Promise.all(
      numbers.map((number) => machine.exec(['sh', '-c', 'cat; echo "$0" >&2; exit "$0"', number], {input: number})),
    );
    expect(results.map(({stdout, stderr, exitCode}) => [stdout, stderr.trim(), String(exitCode)])).toEqual(
      numbers.map((number) => [number, number, number]),
    );
  });

  test('hands over the environment it was told, and little else', async () => {
    const stdout = await machine.succeed(['env', '-0'], {env: {TOLD: "it's\nme"}});
    const names = stdout
      .split('\0')
      .filter(Boolean)
      .map((entry) => entry.split('=')[0]);
    expect(stdout).toContain("TOLD=it's\nme\0");
    expect(
      names.filter((name) => !['PATH', 'HOME', 'LANG', 'TOLD', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? '')),
    ).toEqual([]);
  });

  test('carries binary input and files both ways', async () => {
    const bytes = Uint8Array.from({length: 300_000}, (_, index) => (index * 7) % 256);
    await machine.put('/root/new folder/file', bytes, 0o750);
    expect(Buffer.compare(await machine.get('/root/new folder/file'), bytes)).toBe(0);
    expect(await machine.succeed(['stat', '--format=%a %s', '/root/new folder/file'])).toBe('750 300000\n');
    await expect(machine.get('/no/such/file')).rejects.toThrow('Cannot read "/no/such/file" in the machine');
    await machine.succeed(['rm', '-r', '/root/new folder']);
  });

  test('ends a command at its deadline, with what it started', async () => {
    const running = machine.exec(['sh', '-c', 'sleep 987 & sleep 987'], {timeoutMs: 500 * machine.traits.slowness});
    await expect(running).rejects.toThrow(PlumblineError);
    expect((await machine.exec(['pgrep', '-f', '^sleep 987'])).stdout).toBe('');
  });

  test('ends a command when it is told to', async () => {
    const abort = new AbortController();
    const running = machine.exec(['sleep', '986'], {signal: abort.signal});
    void setTimeout(200).then(() => abort.abort(new Error('enough')));
    await expect(running).rejects.toThrow('enough');
    expect((await machine.exec(['pgrep', '-f', '^sleep 986'])).stdout).toBe('');
  });

  test('hands out the streams of a command that runs', async () => {
    const running = machine.spawn(['sh', '-c', 'read line; echo "got $line"; echo err >&2; cat; exit 3']);
    const [stdout, stderr] = [text(running.stream), text(running.stderr)];
    running.stream.write('one\n');
    running.stream.end('two\n');
    expect(await stdout).toBe('got one\ntwo\n');
    expect(await stderr).toBe('err\n');
    expect(await running.ended).toMatchObject({exitCode: 3, signal: undefined});
  });

  test('keeps what a command says before anyone listens', async () => {
    const running = machine.spawn(['sh', '-c', 'echo early; echo soon >&2; exec cat']);
    await setTimeout(500 * machine.traits.slowness);
    const said = [text(running.stream), text(running.stderr)];
    running.stream.end('late\n');
    expect(await Promise.all(said)).toEqual(['early\nlate\n', 'soon\n']);
  });

  test('has every image of its registry in its stores, as it is there', async () => {
    const inDocker = await machine.succeed([
      'docker',
      'images',
      '--digests',
      '--format',
      '{{.Repository}} {{.Digest}}',
    ]);
    const inContainerd = await machine.succeed(['ctr', 'images', 'list']);
    for (const {name, manifest} of machines.image.images) {
      expect(inDocker).toContain(`${name.split(/[/:]/u)[2]} ${manifest}\n`);
      expect(inContainerd).toMatch(new RegExp(`^${name} .* ${manifest} `, 'mu'));
    }
    expect(machines.image.images).toHaveLength(recipes.length);
    await machine.succeed(['docker', 'run', '--rm', 'small', 'sh', '-c', 'true']);
    await machine.succeed(['ctr', 'run', '--rm', 'docker.io/library/tiny:latest', 'one', 'sh', '-c', 'true']);
  });

  test('forwards a Unix socket', async () => {
    const client = new Client('http://docker', {
      connect: {socketPath: await machine.forwardSocket('/var/run/docker.sock')},
    });
    onTestFinished(async () => client.destroy());
    const {statusCode, body} = await client.request({method: 'GET', path: '/_ping'});
    expect([statusCode, await body.text()]).toEqual([200, 'OK']);
  });

  test('is dialled from outside', async () => {
    const server = machine.spawn(['socat', 'TCP4-LISTEN:8088,fork,reuseaddr', 'EXEC:cat']);
    onTestFinished(async () => {
      server.kill();
      await server.ended;
    });
    await machine.succeed(['sh', '-c', 'until grep -q ":1F98 00000000:0000 0A" /proc/net/tcp; do sleep 0.1; done'], {
      timeoutMs: budget(),
    });
    const endpoint = {host: machine.traits.address, port: 8088};
    const sockets = await Promise.all([
      machine.dialFromOutside(endpoint, budget()),
      machine.dialFromOutside(endpoint, budget()),
    ]);
    for (const [index, socket] of sockets.entries()) {
      const said = text(socket);
      socket.end(`client ${index}`);
      expect(await said).toBe(`client ${index}`);
    }
  });

  test('refuses from outside what no one listens on', async () => {
    const dialled = machine.dialFromOutside({host: machine.traits.address, port: 8089}, budget());
    await expect(dialled).rejects.toMatchObject({code: 'ECONNREFUSED'});
  });

  test('is silent from outside where a packet is dropped', async () => {
    await machine.succeed([
      'sh',
      '-c',
      'nft add table ip drops; nft add chain ip drops in "{type filter hook input priority 0;}"; nft add rule ip drops in tcp dport 8087 drop',
    ]);
    const dialled = machine.dialFromOutside({host: machine.traits.address, port: 8087}, 2000);
    await expect(dialled).rejects.toMatchObject({code: 'ETIMEDOUT'});
    await machine.succeed(['nft', 'delete', 'table', 'ip', 'drops']);
  });

  test('gives evidence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'evidence-test-'));
    onTestFinished(async () => rm(folder, {recursive: true}));
    const files = await machine.evidence(folder);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) await readFile(file);
  });

  test('becomes what it was, where it can', async ({skip}) => {
    const {snapshots} = machine;
    skip(snapshots === undefined, 'this provider has no snapshots');
    expect(machine.traits.snapshots).toBe(true);
    await machine.put('/root/kept', 'before');
    await snapshots?.snapshot('before');
    await machine.put('/root/kept', 'after');
    await snapshots?.restore('before');
    expect(Buffer.from(await machine.get('/root/kept')).toString()).toBe('before');
    await snapshots?.restore('ready');
    expect((await machine.exec(['cat', '/root/kept'])).exitCode).toBe(1);
    // A socket that was forwarded before would lead nowhere.
    const client = new Client('http://docker', {
      connect: {socketPath: await machine.forwardSocket('/var/run/docker.sock')},
    });
    onTestFinished(async () => client.destroy());
    const {statusCode, body} = await client.request({method: 'GET', path: '/_ping'});
    expect([statusCode, await body.text()]).toEqual([200, 'OK']);
    // Once more, from the disk that the machine which ends has open.
    for (let time = 0; time < 2; time++) await snapshots?.restore('before');
    expect(Buffer.from(await machine.get('/root/kept')).toString()).toBe('before');
    await expect(snapshots?.restore('never')).rejects.toThrow('there is no snapshot of this name');
    const seconds = Number(await machine.succeed(['date', '+%s']));
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(5 + machine.traits.slowness);
  });

  test('is not blamed, once restored, for what its kernel complained of before', async ({skip}) => {
    const {snapshots} = machine;
    skip(snapshots === undefined, 'this provider has no snapshots');
    const complaining = machine.exec(['sh', '-c', 'echo "<2>Oops: 0002 [#1]" >/dev/kmsg; sleep 986']);
    await expect(complaining).rejects.toThrow('its kernel says oops');
    await snapshots?.restore('ready');
    for (const handle of [machine, provider.attach(machine.reference)]) {
      await handle.succeed(['sh', '-c', 'echo "<2>all is well" >/dev/kmsg; sleep 1']);
    }
  });

  test(
    'is started with the files it was told',
    async () => {
      await using other = await machines.start({
        files: [{path: '/etc/plumbline-test/told', content: 'told', mode: 0o640}],
      });
      expect(await other.succeed(['stat', '--format=%a %U', '/etc/plumbline-test/told'])).toBe('640 root\n');
      expect(Buffer.from(await other.get('/etc/plumbline-test/told')).toString()).toBe('told');
    },
    START_MS,
  );

  test(
    'ends its streams when it goes',
    async () => {
      const other = await machines.start();
      const running = other.spawn(['sleep', '985']);
      const closed = once(running.stream, 'close');
      running.stream.resume();
      await other[Symbol.asyncDispose]();
      await closed;
      expect((await running.ended).exitCode).not.toBe(0);
      await expect(other.exec(['true'])).rejects.toThrow(PlumblineError);
    },
    START_MS,
  );
});
