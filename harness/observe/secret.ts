/** What stands in reports in the place of a secret. */
export const REDACTED = '<redacted>';

/**
 * The value of a variable of an environment as a report may show it: reports are attached to tickets and published by CI, and a
 * workload may be given real credentials. The name decides, as with what GitHub and others mask in logs.
 */
export const shownValue = (name: string, value: string): string =>
  SECRET.test(name) && value !== '' ? REDACTED : value;

const SECRET =
  /(?:^|_)(?:AUTH|CREDENTIALS?|DSN|KEY|PASS|PASSPHRASE|PASSWD|PASSWORD|PAT|SECRET|TOKEN)S?(?:_|$)|_PWD$|(?:key|password|secret|token)$/i;
