import {Status} from 'allure-js-commons';
import type {RuntimeMessage} from 'allure-js-commons/sdk';
import {getGlobalTestRuntime} from 'allure-js-commons/sdk/runtime';
import type {RecordedCommand} from '../../evidence/recorded-machine.ts';
import {shellCommand} from '../../report/shell-command.ts';
import {commandTitle} from '../../scenario/steps.ts';

/**
 * Tells Allure of a command that has ended, as a step within the one that goes on. `step` of Allure takes the time itself and thinks that
 * steps are one within the other; commands go on side by side, so each is told at once when it is over.
 */
export const describeCommand = (command: RecordedCommand): void => {
  const runtime: object = getGlobalTestRuntime();
  if (!takesMessages(runtime)) {
    return;
  }
  const {argv, startedAt, durationMs = 0, outcome} = command;
  const title = commandTitle(argv);
  const line = `$ ${shellCommand(argv)}`;
  const parameters = [
    ...(title === line ? [] : [{name: 'command', value: line.slice(2, LONGEST)}]),
    {name: 'ended with', value: outcome},
    {name: 'milliseconds', value: durationMs.toFixed(0)},
  ];
  // Commands may well fail: what becomes of the cell for it is said by the step around it.
  const messages: RuntimeMessage[] = [
    {type: 'step_start', data: {name: title, start: startedAt}},
    {type: 'step_metadata', data: {parameters}},
    {type: 'step_stop', data: {status: Status.PASSED, stop: startedAt + durationMs}},
  ];
  for (const message of messages) {
    void runtime.sendMessage(message);
  }
};

/** Of scripts that are arguments, in UTF-16 code units. */
const LONGEST = 2000;

interface TakesMessages {
  sendMessage(message: RuntimeMessage): Promise<void>;
}

const takesMessages = (runtime: object): runtime is TakesMessages => 'sendMessage' in runtime;
