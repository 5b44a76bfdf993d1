/**
 * A text as XML 1.0 can hold it: characters that it has no way to write, not even as references, become U+FFFD
 * (https://www.w3.org/TR/xml/#charsets), and so do the control characters that it discourages.
 */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]|[\u007F-\u0084\u0086-\u009F]/gv, '\uFFFD');
}

/** A time in seconds, as JUnit has them. */
export function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
