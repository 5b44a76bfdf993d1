/** A rule, or the policy of a chain, and how many packets have come to it. */
export interface CountedRule {
  readonly table: string;
  readonly chain: string;
  /** As iptables-save writes it after the chain, or `policy DROP`. */
  readonly rule: string;
  readonly packets: number;
}

/** Reads what `iptables-save --counters` prints: `:FORWARD DROP [12:720]` and `[3:180] -A FORWARD -o docker0 -j DOCKER`. */
export const parseCountedRules = (text: string): CountedRule[] => {
  let table = '';
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('*')) {
      table = line.slice(1).trim();
      return [];
    }
    const policy = /^:(\S+) (\S+) \[(\d+):\d+\]/.exec(line);
    if (policy !== null) {
      const [, chain = '', name = '', packets = '0'] = policy;
      return name === '-' ? [] : [{table, chain, rule: `policy ${name}`, packets: Number(packets)}];
    }
    const [, packets, chain, rule] = /^\[(\d+):\d+\] -A (\S+) ?(.*)$/.exec(line) ?? [];
    return packets === undefined || chain === undefined
      ? []
      : [{table, chain, rule: rule ?? '', packets: Number(packets)}];
  });
};

/** The rules and policies to which packets came between two looks, each with their number. A rule that is new counts from 0. */
export const hitBetween = (before: readonly CountedRule[], after: readonly CountedRule[]): CountedRule[] => {
  const key = ({table, chain, rule}: CountedRule): string => `${table} ${chain} ${rule}`;
  const known = new Map(before.map((one) => [key(one), one.packets]));
  return after
    .map((one) => ({...one, packets: one.packets - (known.get(key(one)) ?? 0)}))
    .filter(({packets}) => packets > 0);
};

/** Whether a rule throws packets away. */
export const dropsPackets = ({rule}: CountedRule): boolean => /(?:^policy |-j )(?:DROP|REJECT)\b/.test(rule);

/** A rule as a person would look for it. */
export const ruleSentence = ({table, chain, rule}: CountedRule): string =>
  rule.startsWith('policy ')
    ? `the ${rule} of chain ${chain} (table ${table})`
    : `rule "-A ${chain} ${rule}" (table ${table})`;
