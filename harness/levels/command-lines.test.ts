import {expect, test} from 'vitest';
import {nginx} from '../../scenarios/workloads/nginx.ts';
import {ctrExecArgv, ctrRunArgv, parseTasks} from './ctr.ts';
import {demultiplex, dockerExecArgv, dockerRunArgv} from './docker.ts';
import {editSpec} from './runc-spec.ts';
import {manifestDigest, runcExecArgv, runcRunArgv} from './runc.ts';

const image = 'docker.io/library/nginx:latest';
const netns = {path: '/run/netns/nginx_netw'};

test.for([
  ['isolated', undefined, undefined, ['ctr', 'run', '--rm', image, 'web']],
  ['netns', netns, undefined, ['ctr', 'run', '--rm', '--with-ns', 'network:/run/netns/nginx_netw', image, 'web']],
  ['cni', undefined, undefined, ['ctr', 'run', '--rm', '--cni', image, 'web']],
  ['isolated', undefined, '/opt/crun', ['ctr', 'run', '--rm', '--runc-binary', '/opt/crun', image, 'web']],
] as const)('ctr run in network mode %s', ([network, namespace, ociRuntime, argv]) => {
  expect(ctrRunArgv({workload: nginx, network, ociRuntime}, 'web', namespace)).toEqual(argv);
});

test('docker run as a person would type it', () => {
  expect(dockerRunArgv(nginx, 'web').join(' ')).toBe(`docker run --detach --name web --publish 8080:80 ${image}`);
});

test('runc run', () => {
  expect(runcRunArgv('runc', '/bundle', 'web')).toEqual(['runc', 'run', '--bundle', '/bundle', 'web']);
});

test('a command beside a workload, as another user', () => {
  const user = '1234:1234';
  expect(dockerExecArgv('web', ['id'], {user}).join(' ')).toBe('docker exec --user 1234:1234 web id');
  expect(ctrExecArgv('web', 'e1', ['id'], {user}).join(' ')).toBe(
    'ctr tasks exec --exec-id e1 --user 1234:1234 web id',
  );
  expect(runcExecArgv('runc', 'web', ['id'], {user}).join(' ')).toBe('runc exec --user 1234:1234 web id');
  expect(runcExecArgv('runc', 'web', ['id']).join(' ')).toBe('runc exec web id');
});

test('the table of ctr tasks list', () => {
  const table = 'TASK       PID     STATUS    \nweb        4711    RUNNING\nold        12      STOPPED\n';
  expect(Object.fromEntries(parseTasks(table))).toEqual({
    web: {pid: 4711, status: 'RUNNING'},
    old: {pid: 12, status: 'STOPPED'},
  });
  expect(parseTasks('TASK    PID    STATUS    \n').size).toBe(0);
});

test('the digest of a manifest is that of the image which the container has', () => {
  const [id, manifest] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);
  const said = (found: unknown) => JSON.stringify([{Image: id}, found]);
  expect(manifestDigest(said({Id: id, RepoDigests: [`docker.io/library/nginx@${manifest}`]}))).toBe(manifest);
  expect(manifestDigest(said({Id: manifest, RepoDigests: [`docker.io/library/nginx@${manifest}`]}))).toBe('');
  expect(manifestDigest(said({Id: id, RepoDigests: null}))).toBe('');
  expect(() => manifestDigest('no JSON')).toThrow('Cannot understand what docker inspects');
});

test('frames of a docker log are joined, whichever stream they are of', () => {
  const frame = (stream: number, text: string) => {
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([header, Buffer.from(text)]);
  };
  expect(demultiplex(Buffer.concat([frame(1, 'out\n'), frame(2, 'err ü\n')]))).toBe('out\nerr ü\n');
  expect(demultiplex(Buffer.alloc(0))).toBe('');
  expect(demultiplex(Buffer.concat([frame(1, 'out'), frame(2, 'err')]), 'stderr')).toBe('err');
});

const spec = {
  ociVersion: '1.0.2',
  process: {
    terminal: true,
    args: ['sh'],
    capabilities: {bounding: ['CAP_KILL'], ambient: ['CAP_KILL']},
    rlimits: [{type: 'RLIMIT_NOFILE', soft: 1024}],
  },
  root: {path: 'rootfs', readonly: true},
  linux: {namespaces: [{type: 'pid'}, {type: 'network'}], maskedPaths: ['/proc/kcore']},
};

test('the spec gets the command, the capabilities and the namespace, and keeps the rest', () => {
  const edited = editSpec(spec, {...nginx, capabilities: ['CAP_KILL', 'CAP_CHOWN']}, netns.path);
  expect(edited).toEqual({
    ...spec,
    process: {
      ...spec.process,
      terminal: false,
      args: nginx.command,
      capabilities: {bounding: ['CAP_KILL', 'CAP_CHOWN'], ambient: ['CAP_KILL', 'CAP_CHOWN']},
    },
    root: {path: 'rootfs', readonly: false},
    linux: {...spec.linux, namespaces: [{type: 'pid'}, {type: 'network', path: netns.path}]},
  });
});

test('what is no spec is the fault of runc', () => {
  expect(() => editSpec({process: 1}, nginx, netns.path)).toThrow('Cannot edit the spec that runc wrote');
});
