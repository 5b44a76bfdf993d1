import {expect, test} from 'vitest';
import {parseUserNetwork} from './user-network.ts';

test('the table of a user network is read', () => {
  const text = `Hub -1 (net):
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
  TCP[ESTABLISHED]   23       127.0.0.1 37011       10.0.2.15    22     0     0
  TCP[SYN_SENT]      25       127.0.0.1 40001       10.0.2.15  8080     0     0
  TCP[HOST_FORWARD]  12       127.0.0.1 37011       10.0.2.15    22     0     0
  UDP[236 sec]       27       10.0.2.15 68         10.0.2.2    67     0     0
`;
  expect(parseUserNetwork(text.replaceAll('\n', '\r\n'))).toEqual([
    {state: 'ESTABLISHED', sourcePort: 37_011, destination: '10.0.2.15', destinationPort: 22},
    {state: 'SYN_SENT', sourcePort: 40_001, destination: '10.0.2.15', destinationPort: 8080},
    {state: 'HOST_FORWARD', sourcePort: 37_011, destination: '10.0.2.15', destinationPort: 22},
  ]);
});
