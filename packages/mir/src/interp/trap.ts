/**
 * Ends of an interpreted program that are not results: traps (as compiled code has them) and the interpreter's own step limit.
 */
import { fault, MoltError } from '@molt/diagnostics';

/** The program stopped for good; `reason` is a TRAP_REASON. */
export class InterpreterTrap extends MoltError {
  readonly reason: number;

  constructor(reason: number, what: string) {
    super(fault('MOLT2002', { reason, what }));
    this.reason = reason;
  }
}

/** The program took more steps than the caller allowed. */
export class InterpreterLimit extends MoltError {
  constructor(steps: number) {
    super(fault('MOLT2003', { steps }));
  }
}
