import type {RunRecord} from '../report/run-record.ts';

/** Of a run that "upgrade" or "bisect" made, whose machines no other command can make again, what it is; `undefined` of any other. */
export const upgradeRunText = ({options: {from, to}}: Pick<RunRecord, 'options'>): string | undefined =>
  typeof from === 'string' && typeof to === 'string'
    ? `it ran for an upgrade from "${from}" to "${to}", not on machines as "plumbline run" makes them`
    : undefined;
