import {ownerOfRule} from '../owners.ts';
import {keyOf} from '../thing.ts';
import type {Thing} from '../thing.ts';
import {textOf} from './sections.ts';
import type {Sections} from './sections.ts';

/** Rules of iptables for both families, and those of nftables that iptables does not show. */
export const parseFirewall = (sections: Sections): Thing[] => {
  const saved = [
    {source: 'iptables', family: 'ip', lines: linesOf(sections, 'iptables')},
    {source: 'ip6tables', family: 'ip6', lines: linesOf(sections, 'ip6tables')},
  ];
  const shown = new Set(
    saved.flatMap(({family, lines}) =>
      lines.filter((line) => line.startsWith('*')).map((line) => `table ${family} ${line.slice(1)}`),
    ),
  );
  return [
    ...saved.flatMap(({source, family, lines}) =>
      savedRules(family, lines).map((rule) => thingOf(rule, source, 'iptables')),
    ),
    ...nftRules(linesOf(sections, 'nft'), shown).map((rule) => thingOf(rule, 'nft', 'nft')),
  ];
};

/** A rule, and the chain, set or table it goes away with. */
export interface Rule {
  readonly text: string;
  readonly partOf?: string;
}

/** Chains and rules of iptables-save, without counters, each behind the family and the name of its table. */
export const savedRules = (family: string, lines: readonly string[]): Rule[] => {
  let table = '';
  const chains = new Map<string, string>();
  return lines.flatMap((line) => {
    if (line.startsWith('*')) {
      table = `${family} ${line.slice(1)}`;
      return [];
    }
    const chain = /^:(\S+) (\S+)/.exec(line);
    if (chain) {
      const text = `${table} chain ${chain[1]}${chain[2] === '-' ? '' : ` policy ${chain[2]}`}`;
      chains.set(`${table} ${chain[1]}`, text);
      return [{text}];
    }
    const partOf = chains.get(`${table} ${line.split(' ')[1]}`);
    return line.startsWith('-') ? [{text: `${table} ${line}`, ...(partOf && {partOf})}] : [];
  });
};

/** Every line of `nft -s list ruleset` behind the blocks it is in, without the tables that `skipped` names. */
export const nftRules = (lines: readonly string[], skipped: ReadonlySet<string>): Rule[] => {
  const blocks: string[] = [];
  return lines.flatMap((line) => {
    const text = line.trim();
    if (text === '}') {
      blocks.pop();
      return [];
    }
    if (text === '' || text.startsWith('#')) {
      return [];
    }
    const rule = {
      text: [...blocks, text.replace(/ \{$/, '')].join(' '),
      ...(blocks.length > 0 && {partOf: blocks.join(' ')}),
    };
    if (text.endsWith('{')) {
      blocks.push(text.slice(0, -2));
    }
    return skipped.has(blocks[0] ?? '') ? [] : [rule];
  });
};

const linesOf = (sections: Sections, name: string): string[] => textOf(sections, name).split('\n');

const thingOf = ({text, partOf}: Rule, source: string, tool: string): Thing => ({
  kind: 'firewall rule',
  identity: text,
  owner: ownerOfRule(text, tool),
  detail: `firewall rule "${text}"`,
  source,
  ...(partOf && {partOf: keyOf({kind: 'firewall rule', identity: partOf})}),
});
