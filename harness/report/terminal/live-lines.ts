import type {ActiveStep} from './active-steps.ts';
import {formatDuration} from './duration.ts';
import type {Paint} from './paint.ts';
import {cut, printable} from './printable.ts';

/** Steps shown at the same time; there are more when many machines start at once. */
const SHOWN = 4;

/** Milliseconds for which one picture of the spinner stands. */
export const FRAME_MS = 100;

/** What is going on at `nowMs`, each line no longer than `width`. */
export function liveLines(steps: readonly ActiveStep[], nowMs: number, width: number, paint: Paint): readonly string[] {
  const frame = FRAMES[Math.floor(nowMs / FRAME_MS) % FRAMES.length] ?? '';
  const lines = steps.slice(0, SHOWN).map((step) => {
    const elapsed = formatDuration(nowMs - step.sinceMs).padStart(10);
    const scope = step.scope === 'run' ? [] : [step.scope];
    const text = printable([...scope, step.title].filter(Boolean).join(' · '));
    const expected = step.expectedMs === undefined ? '' : `  of about ${formatDuration(step.expectedMs)}`;
    const shown = cut(text, Math.max(0, width - 15 - expected.length));
    return `${paint('warning', frame)} ${paint('quiet', elapsed)}  ${shown}${paint('quiet', expected)}`;
  });
  const more = steps.length - SHOWN;
  return more > 0 ? [...lines, paint('quiet', `              and ${more} more`)] : lines;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
