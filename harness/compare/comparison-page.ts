import {escapeHtml} from './html-text.ts';
import type {Comparison, RunSummary} from './comparison.ts';
import type {Difference} from './difference.ts';
import {groups} from './group.ts';
import {sizeText, valueText} from './value-text.ts';

/** A comparison as one page that needs no other file: old and new side by side. Everything from outside is escaped. */
export const comparisonPage = (comparison: Comparison): string => {
  const {old, new: recent, differences, unexplained, changedComponents, cellsCompared, factsCompared} = comparison;
  const verdict =
    differences.length === 0 ? 'No difference' : `${differences.length} differences, ${unexplained} unexplained`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>plumbline compare: ${escapeHtml(old.name)} and ${escapeHtml(recent.name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(verdict)}</h1>
<p>${escapeHtml(`${cellsCompared} cells and ${factsCompared} facts compared`)}</p>
<table><tr><th></th><th>old</th><th>new</th></tr>
${row('run', runText(old), runText(recent))}
${row('runtime set', old.runtimeSets.join(', '), recent.runtimeSets.join(', '))}
${changedComponents.map(({layer, old: before, new: after}) => row(layer, before, after)).join('\n')}
</table>
${groups
  .map((group) =>
    groupSection(
      group,
      differences.filter((one) => one.group === group),
    ),
  )
  .join('')}
${notes(comparison)}
</body>
</html>
`;
};

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 25%, transparent); --quiet: color-mix(in srgb, currentColor 70%, transparent) }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
td { font-family: ui-monospace, monospace; font-size: 13px; white-space: pre-wrap }
small { color: var(--quiet); display: block; font-family: system-ui, sans-serif }
.unexplained { border-left: 4px solid #c60 }
`;

const row = (name: string, old: string, recent: string): string =>
  `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(old)}</td><td>${escapeHtml(recent)}</td></tr>`;

const runText = ({name, id, startedAt}: RunSummary): string => [...new Set([name, id]), startedAt].join('\n');

const groupSection = (group: string, differences: readonly Difference[]): string =>
  differences.length === 0
    ? ''
    : `<h2>${group}</h2>
<table><tr><th>fact</th><th>old</th><th>new</th></tr>
${differences.map(differenceRow).join('\n')}
</table>
`;

const differenceRow = (difference: Difference): string => {
  const {fact, scope, layer, because, explanations} = difference;
  const [old, recent] = sidesOf(difference);
  const links = (explanations ?? [])
    .map(({reason, link}) => `<small>explained: ${escapeHtml(reason)} <a href="${escapeHtml(link)}">source</a></small>`)
    .join('');
  return `<tr${explanations ? '' : ' class="unexplained"'}><td>${escapeHtml(fact)}<small>${escapeHtml(scope)} · ${layer}: ${escapeHtml(because)}</small>${links}</td><td>${escapeHtml(old)}</td><td>${escapeHtml(recent)}</td></tr>`;
};

const sidesOf = ({old, new: recent, samples}: Difference): [string, string] => {
  const [first] = samples ?? [];
  if (first !== undefined) {
    return [sizeText(Number(old), first.unit), sizeText(Number(recent), first.unit)];
  }
  if (Array.isArray(old) && Array.isArray(recent)) {
    const [gone, come] = [old.filter((item) => !recent.includes(item)), recent.filter((item) => !old.includes(item))];
    return gone.length + come.length === 0
      ? [old.join('\n'), recent.join('\n')]
      : [gone.map((item) => `- ${item}`).join('\n'), come.map((item) => `+ ${item}`).join('\n')];
  }
  return [valueText(old), valueText(recent)];
};

const notes = ({onlyOld, onlyNew, unstable, expired}: Comparison): string => {
  const items = [
    ...onlyOld.map((cell) => `Only in the old run: ${cell}`),
    ...onlyNew.map((cell) => `Only in the new run: ${cell}`),
    ...unstable.map((fact) => `Varied within a run: ${fact}`),
    ...expired.map(({fact, expires}) => `The explanation of ${fact} expired on ${expires}`),
  ];
  return items.length === 0
    ? ''
    : `<h2>notes</h2><ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
};
