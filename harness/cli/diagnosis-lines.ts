import type {Requirement} from '../../vms/machine.ts';
import type {Paint} from '../report/terminal/paint.ts';
import {printable} from '../report/terminal/printable.ts';
import type {Diagnosis, ProviderDiagnosis} from './diagnosis.ts';
import type {HostRow} from './host-rows.ts';

/** A diagnosis for a person: one row per requirement and per provider, and under what is not met the command that mends it. */
export function diagnosisLines(diagnosis: Diagnosis, paint: Paint): readonly string[] {
  return [
    paint('strong', 'This host'),
    ...diagnosis.host.flatMap((row) => hostLines(row, paint)),
    '',
    paint('strong', 'Machines'),
    ...diagnosis.providers.flatMap((provider) => providerLines(provider, paint)),
    '',
    verdict(diagnosis, paint),
  ];
}

const hostLines = (row: HostRow, paint: Paint): readonly string[] => [
  line(mark(row.state, paint), row.name, row.text),
  ...remedyLine(row.remedy, paint),
];

const providerLines = ({name, usable, missing, outlook}: ProviderDiagnosis, paint: Paint): readonly string[] => {
  if (usable) return [line(mark('fine', paint), name, ['usable', ...outlook].join(': '))];
  return missing.flatMap(({sentence, remedy}: Requirement, index) => [
    line(index === 0 ? mark('missing', paint) : ' ', index === 0 ? name : '', sentence),
    ...remedyLine(remedy, paint),
  ]);
};

const verdict = ({usable, host, providers}: Diagnosis, paint: Paint): string => {
  const names = providers.filter((provider) => provider.usable).map(({name}) => name);
  if (usable) return paint('good', `Machines can be made here with ${names.join(', ')}`);
  const lacking = host.filter((row) => row.state === 'missing').map(({name}) => name);
  return paint(
    'bad',
    `No machine can be made here: ${lacking.length > 0 ? `see ${lacking.join(', ')}` : 'no provider is usable'}`,
  );
};

const line = (sign: string, name: string, text: string): string =>
  `  ${sign} ${name.padEnd(WIDTH)}  ${printable(text)}`;

const remedyLine = (remedy: string | undefined, paint: Paint): readonly string[] =>
  remedy === undefined ? [] : [`    ${''.padEnd(WIDTH)}  ${paint('quiet', 'mend:')} ${printable(remedy)}`];

const mark = (state: HostRow['state'], paint: Paint): string => {
  if (state === 'fine') return paint('good', '✓');
  return state === 'warning' ? paint('warning', '!') : paint('bad', '✗');
};

const WIDTH = 9;
