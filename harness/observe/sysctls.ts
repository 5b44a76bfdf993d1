import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {linesOf} from './reading.ts';

/** Kernel settings in the network, IPC and UTS namespaces of the workload. */
export const sysctls: Observer = {
  name: 'sysctls',
  families: [
    {
      path: 'sysctl.*',
      meaning: 'a setting of the kernel that belongs to a namespace',
      source:
        '`/proc/sys/{net,fs/mqueue}` without folders `lo`, `neigh` and `nf_log`, `/proc/sys/kernel/{shm*,msg*,sem,hostname,domainname}`, read in the namespaces',
    },
  ],
  observe: (reading) => {
    const facts: Record<string, FactValue> = {};
    for (const line of linesOf(reading, 'inside sysctls')) {
      const [, path = '', value = ''] = /^\/proc\/sys\/([^:]+):(.*)$/.exec(line) ?? [];
      if (path !== '' && !VOLATILE.test(path)) {
        facts[`sysctl.${reading.normalise(path).replaceAll('/', '.')}`] = reading.normalise(
          value.trim().replaceAll(/\s+/g, ' '),
        );
      }
    }
    return facts;
  },
};

/** Counters, secrets, and sizes that the kernel works out from the memory of the host. */
const VOLATILE =
  /nf_conntrack_(count|max|buckets|expect_max)$|tcp_fastopen_key$|stable_secret$|hash_seed$|\/tcp_mem$|\/udp_mem$|_ehash_entries$|_hash_entries$|max_tw_buckets$|max_syn_backlog$|max_orphans$|next_id$|conf\/(?!all\/|default\/)[^/]*veth[0-9a-f]{7,8}\//;
