import pc from 'picocolors';

/** Where the command line speaks: results on standard output, messages and progress on standard error. */
export interface Terminal {
  readonly paint: ReturnType<typeof pc.createColors>;
  out(text: string): void;
  message(text: string): void;
  /** One line that is overwritten; nothing where standard error is not a terminal. */
  progress(text: string): void;
  endProgress(): void;
}

export function createTerminal(quiet: 'quiet' | 'talkative'): Terminal {
  const colours = pc.isColorSupported && process.stdout.isTTY === true && !process.env.NO_COLOR;
  const live = process.stderr.isTTY === true && quiet === 'talkative';
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001b[2K');
    shown = false;
  };
  return {
    paint: pc.createColors(colours),
    out: (text) => {
      clear();
      process.stdout.write(`${text}\n`);
    },
    message: (text) => {
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (!live) return;
      clear();
      process.stderr.write(text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1)));
      shown = true;
    },
    endProgress: clear,
  };
}
