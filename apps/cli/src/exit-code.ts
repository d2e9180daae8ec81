/** Exit codes of `molt`. The program that `molt run` runs has its own, which pass through. */
export const EXIT = {
  ok: 0,
  /** The program was refused, or a file, an artifact or an argument is wrong. */
  refused: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A limit ended the program, or the worker or compiler failed. */
  stopped: 70,
} as const;

/** The lines that every `--help` ends with. */
export const EXIT_CODES_HELP = `
Exit codes: 0 done; 1 refused (errors in the program, a file or an argument); 2 wrong command line; 70 stopped by a limit or failed.`;
