/**
 * When a line of a log was written, in milliseconds since the epoch; `undefined` for a line that does not say. Machines keep UTC. Known are
 * the formats of dockerd, containerd and the registry (`time="2026-11-23T19:23:15.1Z"`), of dmesg (`2026-11-23T19:23:15,1+00:00`), of
 * journalctl's short-precise (`Nov 23 19:23:15.1`, of the year of `near`), and of nginx (`[23/Nov/2026:19:23:15 +0000]`, `2026/11/23 19:23:15`).
 */
export const timeOfLine = (line: string, near: number): number | undefined => {
  const start = line.slice(0, 400);
  const [, date, clock, fraction = '0', zone = 'Z'] =
    /(?:^|time=")(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)?/.exec(start) ?? [];
  if (date !== undefined) {
    return valid(Date.parse(`${date}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`));
  }
  const journal = /^([A-Z][a-z]{2}) +(\d+) (\d\d:\d\d:\d\d)\.(\d{3})/.exec(start);
  if (journal !== null) {
    const [, month, day, time, milliseconds] = journal;
    return valid(Date.parse(`${day} ${month} ${new Date(near).getUTCFullYear()} ${time}.${milliseconds} GMT`));
  }
  const access = /\[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})\]/.exec(start);
  if (access !== null) {
    const [, day, month, year, time, offset] = access;
    return valid(Date.parse(`${day} ${month} ${year} ${time} ${offset}`));
  }
  const error = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d) \[/.exec(start);
  return error === null ? undefined : valid(Date.parse(`${error[1]}-${error[2]}-${error[3]}T${error[4]}Z`));
};

const valid = (milliseconds: number): number | undefined => (Number.isNaN(milliseconds) ? undefined : milliseconds);

/** Clocks of host and machine differ, and some logs know whole seconds alone. */
const SLACK_MS = 1500;

/** The part of a log that was written from `since` on, in milliseconds since the epoch; all of one whose lines have no times. */
export const logSince = (text: string, since: number): string => {
  const lines = text.split('\n');
  let lastOld = -1;
  for (const [index, line] of lines.entries()) {
    const time = timeOfLine(line, since);
    if (time !== undefined) {
      if (time >= since - SLACK_MS) {
        return lines.slice(lastOld === -1 ? 0 : index).join('\n');
      }
      lastOld = index;
    }
  }
  return lastOld === -1 ? text : '';
};
