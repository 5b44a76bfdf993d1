/** A failure that is planted, for tests: what the table in README.md calls it, and a scenario in which it happens. */
export interface PlantedFailure {
  readonly name: string;
  readonly statement: string;
}

const docker = `reach: {docker: usualReach.docker}`;

const ending = `{
  ...nginx,
  image: {...nginx.image, name: 'docker.io/library/ending:latest', config: {...nginx.image.config, Cmd: ['sh', '-c', 'echo last words; sleep 1; exit 3']}},
  command: ['sh', '-c', 'echo last words; sleep 1; exit 3'],
}`;

/** Failures of the network and of what answers there. */
export const networkFailures: readonly PlantedFailure[] = [
  {
    name: 'port taken',
    statement: `scenario('port taken', {workload: {...nginx, publishedPort: 443}, ${docker}});`,
  },
  {
    name: 'DNAT rule deleted while running',
    // With its proxy docker has a second way in, and nobody would notice.
    statement: `scenario('DNAT rule deleted while running', {workload: nginx, ${docker}, check: async ({machine, running, start, expectReach}) => {
  await running[Symbol.asyncDispose]();
  await machine.put('/etc/docker/daemon.json', '{"userland-proxy": false}');
  await machine.succeed(['sh', '/run/plumbline/boot.sh', 'stop', 'dockerd']);
  await machine.succeed(['sh', '/run/plumbline/boot.sh', 'restarted', 'dockerd']);
  const again = await start();
  await expectReach(again);
  await machine.succeed(['sh', '-ec', 'rule=$(iptables -t nat -S DOCKER | grep -e "--dport 8080 " | sed s/^-A/-D/); iptables -t nat $rule']);
  await expectReach(again, 100);
}});`,
  },
  {
    name: 'proxy killed',
    statement: `scenario('proxy killed', {workload: nginx, ${docker}, check: async ({machine, running, expectReach}) => {
  await machine.succeed(['pkill', '-KILL', '-x', 'docker-proxy']);
  await expectReach(running, 100);
}});`,
  },
  {
    name: 'FORWARD policy drop',
    // As when a firewall is loaded again: the policy is there, and docker's own rules are not.
    statement: `scenario('FORWARD policy drop', {workload: nginx, ${docker}, check: async ({machine, running, expectReach}) => {
  await machine.succeed(['iptables', '-P', 'FORWARD', 'DROP']);
  await machine.succeed(['iptables', '-F', 'FORWARD']);
  await expectReach(running, 100);
}});`,
  },
  {
    name: 'netns address removed',
    statement: `scenario('netns address removed', {workload: nginx, reach: {runc: usualReach.runc}, check: async ({machine, running, expectReach}) => {
  await machine.succeed(['ip', '-netns', 'nginx_netw', 'address', 'del', '192.168.10.1/24', 'dev', 'veth-nginx']);
  await expectReach(running, 100);
}});`,
  },
  {
    name: 'workload hangs',
    statement: `scenario('workload hangs', {workload: nginx, ${docker}, check: async ({machine, running, expectReach}) => {
  await machine.succeed(['pkill', '-STOP', '-x', 'nginx']);
  await expectReach(running, 100);
}});`,
  },
];

/** Failures of runtimes and machines. */
export const runtimeFailures: readonly PlantedFailure[] = [
  {
    name: 'image missing',
    statement: `scenario('image missing', {workload: nginx, reach: {ctr: {isolated: usualReach.ctr.isolated}}, check: async ({machine, running, start}) => {
  await running[Symbol.asyncDispose]();
  await machine.succeed(['ctr', 'images', 'remove', nginx.image.name]);
  await start();
}});`,
  },
  {
    name: 'workload crashes at start',
    statement: `scenario('workload crashes at start', {workload: ${ending}, ${docker}});`,
  },
  {
    name: 'dockerd killed',
    statement: `scenario('dockerd killed', {workload: nginx, ${docker}, check: async ({machine, running}) => {
  await machine.succeed(['pkill', '-KILL', '-x', 'dockerd']);
  await running.state();
}});`,
  },
  {
    name: 'disk full in the guest',
    statement: `scenario('disk full in the guest', {workload: nginx, ${docker}, check: async ({machine, running, start}) => {
  await running[Symbol.asyncDispose]();
  await machine.succeed(['sh', '-ec', 'used=$(df --output=used /run | tail -n 1); mount -o remount,size=$((used))k /run']);
  await start();
}});`,
  },
];

/** The machine gets a hundredth of a processor of its host, however little the host has to do. */
export const starvedHost: PlantedFailure = {
  name: 'host CPU starved',
  // cpu.cfs_quota_us of a cgroup of version 1, cpu.max of one of version 2: https://docs.kernel.org/scheduler/sched-bwc.html
  statement: `scenario('host CPU starved', {workload: nginx, ${docker}, check: async ({machine, running, start, defer}) => {
  const {existsSync, readFileSync, writeFileSync} = process.getBuiltinModule('node:fs');
  const {dirname, join} = process.getBuiltinModule('node:path');
  const file = machine.reference.details.cgroups.flatMap((folder) => [join(folder, 'cpu.cfs_quota_us'), join(dirname(folder), 'cpu.max')]).find((one) => existsSync(one));
  const quota = readFileSync(file, 'utf8');
  defer(async () => writeFileSync(file, quota));
  writeFileSync(file, file.endsWith('max') ? '1000 100000' : '1000');
  await running[Symbol.asyncDispose]();
  await start();
}});`,
};
