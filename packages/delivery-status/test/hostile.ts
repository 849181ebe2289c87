/** Texts made to make a reader slow, each grown to about `size` characters. */
export const hostile: Readonly<Record<string, (size: number) => string>> = {
  'nested comments': (size) => `${head}Status: 5.1.1 ${'('.repeat(size / 2)}${')'.repeat(size / 2)}\r\n`,
  'open comments': (size) => `${head}Action: ${'('.repeat(size)}\r\nStatus: 5.1.1 ${'(a'.repeat(8)}\r\n`,
  'many comments': (size) => `${head}Action: ${'(a)'.repeat(size / 3)} failed\r\n`,
  'comments before a type': (size) => `Reporting-MTA: ${'(;)'.repeat(size / 3)} dns; mx\r\n`,
  'open strings': (size) => `${head}Action: ${'" (a) '.repeat(size / 6)}\r\n`,
  'quoted pairs': (size) => `${head}Action: (${'\\'.repeat(size)}\r\n`,
  'dates of comments': (size) => `Arrival-Date: ${'(a)'.repeat(size / 3)} Fri, 8 Jul 1994 09:21:47 -0400\r\n`,
  'spaces in a status': (size) => `${head}Status: 5${' '.repeat(size)}.1.1\r\n`,
  'endless folding': (size) => `${head}Diagnostic-Code: smtp; 550${'\r\n x'.repeat(size / 4)}\r\n`,
  'endless folding of nothing': (size) => `${head}Diagnostic-Code:${'\r\n '.repeat(size / 3)}x\r\n`,
  'lines without indent': (size) => `${head}X: y\r\n${'word\r\n'.repeat(size / 6)}`,
  'lines without a field': (size) => 'word\r\n'.repeat(size / 6),
  'white lines': (size) => `X: y\r\n${' \r\n'.repeat(size / 3)}`,
  'white lines and fields': (size) => 'X: y\r\n \r\n \r\nz\r\n'.repeat(size / 16),
  'blank lines': (size) => '\r\n'.repeat(size / 2),
  'CR alone': (size) => 'X: y\r'.repeat(size / 5),
  'CR and LF': (size) => '\r\r\n\n'.repeat(size / 4),
  colons: (size) => ':'.repeat(size),
  'one long line': (size) => 'x'.repeat(size),
  'one long name': (size) => `${'x'.repeat(size)}: y`,
  'one long value': (size) => `${head}Diagnostic-Code: smtp; 550-${'550-'.repeat(size / 4)}\r\n`,
  'reply lines': (size) => `${head}Diagnostic-Code: smtp; ${'550-x '.repeat(size / 6)}\r\n`,
  'a million groups': (size) =>
    `Reporting-MTA: dns; mx\r\n${'\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.0.0\r\n'.repeat(size / 66)}`,
  'groups without blank lines': (size) => 'Final-Recipient: rfc822; a@b\r\nAction: failed\r\n'.repeat(size / 46),
  'repeated fields': (size) =>
    `Final-Recipient: rfc822; a@b\r\n${'Action: failed\r\n'.repeat(size / 32)}${'Final-Recipient: x\r\nAction: failed\r\n'.repeat(size / 72)}`,
  'runs of repeated fields': (size) =>
    'Final-Recipient: x\r\nAction: failed\r\nAction: failed\r\nAction: failed\r\n'.repeat(size / 68),
  'a long address and many short ones': (size) =>
    `Final-Recipient: ${'x'.repeat(size / 2)}\r\n${'Final-Recipient: x\r\n'.repeat(size / 40)}`,
  'an address said again and again': (size) => 'Final-Recipient: x\r\n'.repeat(size / 20),
  'the same, torn': (size) => 'Final-Recipient: x\r\n\r\n'.repeat(size / 22),
  'torn groups': (size) => 'Final-Recipient: x\r\n\r\nAction: failed\r\n\r\nStatus: 5.0.0\r\n\r\n'.repeat(size / 58),
  extensions: (size) => 'X-Foo: bar\r\n'.repeat(size / 12),
  'equal extensions': (size) => `X-Foo: bar\r\n${'X-Foo: bar\r\nX-Bar: foo\r\n'.repeat(size / 24)}`,
  languages: (size) => `${head}Diagnostic-Code: smtp; 550 x\r\n${'Localized-Diagnostic: de; x\r\n'.repeat(size / 29)}`,
  'one long language': (size) => `${head}Localized-Diagnostic: ${'a-'.repeat(size / 2)}; x\r\n`,
  'encoded words': (size) => `${head}Action: failed (${'=?utf-8?Q?x?= '.repeat(size / 14)})\r\n`,
  'one long encoded word': (size) => `${head}Action: failed (=?${'x'.repeat(size)}?=)\r\n`,
  'control characters': (size) => '\0'.repeat(size),
  'base64 of nothing': (size) => 'AAAA\r\n'.repeat(size / 6),
  'quoted-printable of nothing': (size) => '= '.repeat(size / 2),
};

const head = 'Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b\r\n';
