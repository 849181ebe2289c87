import { spawn } from 'node:child_process';

/** Runs a program at a terminal of its own and writes the keys of each answer as soon as its prompt stands there. */
const TYPE = `
import json, os, pty, sys
command, answers = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execv(command[0], command)
shown = b''
def read():
    global shown
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        piece = b''
    shown += piece
    return piece != b''
seen = 0
for prompt, keys in answers:
    while prompt.encode() not in shown[seen:] and read():
        pass
    seen = len(shown)
    os.write(terminal, keys.encode())
while read():
    pass
_, status = os.waitpid(pid, 0)
print(json.dumps(dict(shown=shown.decode(), code=os.waitstatus_to_exitcode(status))))
`;

/** What the terminal showed, and the exit code. */
export async function typeAt(
  command: readonly string[],
  answers: readonly (readonly [prompt: string, keys: string])[],
): Promise<{ readonly shown: string; readonly code: number }> {
  const child = spawn('python3', ['-c', TYPE, JSON.stringify([command, answers])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const piece of child.stdout) said += String(piece);
  return JSON.parse(said) as { shown: string; code: number };
}
